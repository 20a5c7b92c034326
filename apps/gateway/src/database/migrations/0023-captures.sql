-- What is taken of approvals, and the messages by which the acquirer learns of it. Amounts are minor units with the tip.

alter table payments
  add column tip_minor bigint check (tip_minor >= 0),
  add column captured_minor bigint check (captured_minor >= 1),
  add column collected_ms bigint,
  add constraint only_a_manual_approval_is_captured check (captured_minor is null or capture_method = 'manual'),
  add constraint a_captured_payment_waits_no_more check (captured_minor is null or status <> 'requires_capture'),
  -- From then on only a refund gives the money back.
  add constraint what_is_collected_stays_accepted check (collected_ms is null or word = 'accepted');

-- True where the message only asked to hold the money; null before it was sent, and otherwise.
alter table attempts add column holds boolean;
alter table attempts add constraint only_what_was_sent_holds check (holds is null or (holds and stan is not null));

create table captures (
  account text not null,
  capture text not null check (capture like 'cap\_%'),
  payment text not null,
  mode text not null check (mode in ('test', 'live')),
  charge text not null check (charge like 'ch\_%'),
  method text not null check (method in ('automatic', 'manual')),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  -- What the issuer has promised, and how far the contract lets a tip go above that.
  authorised_minor bigint not null check (authorised_minor >= 1),
  limit_minor bigint not null,
  amount_minor bigint not null check (amount_minor >= 1),
  -- Included in the amount.
  tip_minor bigint not null check (tip_minor >= 0),
  state text not null check (state in ('due', 'presented', 'canceled')),
  created_ms bigint not null check (created_ms >= 0),
  presented_ms bigint,
  canceled_ms bigint,
  primary key (account, capture),
  foreign key (account, payment) references payments,
  constraint no_more_than_was_authorised
    check (amount_minor - tip_minor between 0 and authorised_minor and amount_minor <= limit_minor),
  constraint capture_state_has_its_columns check (
    case state
      when 'due' then num_nonnulls(presented_ms, canceled_ms) = 0
      when 'presented' then presented_ms is not null and canceled_ms is null
      when 'canceled' then canceled_ms is not null
    end
  )
);
-- P2: the money of one approval is taken once.
create unique index captures_one_standing on captures (account, payment) where state <> 'canceled';

create table presentments (
  account text not null,
  presentment text not null check (presentment like 'prs\_%'),
  mode text not null check (mode in ('test', 'live')),
  -- What is presented: a capture, or a refund.
  subject_kind text not null check (subject_kind in ('capture', 'refund')),
  subject text not null,
  payment text not null check (payment like 'pi\_%'),
  link text not null,
  terminal_id text not null check (terminal_id ~ '^[A-Z0-9]{8}$'),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  amount_minor bigint not null check (amount_minor >= 1),
  -- sale: the approval itself took the money. completion: 0220 says how much. upload: 0320 with its batch. refund: 0200.
  message text not null check (message in ('sale', 'completion', 'upload', 'refund')),
  state text not null check (
    state in ('due', 'sent', 'unknown', 'refused', 'accepted', 'needs_attention', 'canceled')
  ),
  -- When the owner of the link looks next; null when nothing happens by itself, or when it waits for its batch.
  due_ms bigint,
  stan text check (stan ~ '^[0-9]{6}$'),
  transmitted_ms bigint,
  send_before_ms bigint,
  repeats integer check (repeats >= 0),
  response_code text,
  accepted_ms bigint,
  attention text check (length(attention) between 1 and 200),
  -- Null until it belongs to one.
  batch text check (batch like 'bat\_%'),
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, presentment),
  constraint what_was_sent_is_identified check (
    num_nonnulls(stan, transmitted_ms, send_before_ms, repeats) in (0, 4)
    and (stan is not null or state in ('due', 'needs_attention', 'canceled'))
    and (stan is null or state not in ('due', 'canceled'))
  ),
  constraint presentment_state_has_its_columns check (
    (accepted_ms is not null) = (state = 'accepted')
    and (attention is not null) = (state = 'needs_attention')
    and (state not in ('sent', 'unknown', 'refused') or due_ms is not null)
    and (state not in ('accepted', 'needs_attention', 'canceled') or due_ms is null)
  )
);
-- Each capture and each refund is presented once.
create unique index presentments_subject on presentments (account, subject_kind, subject);
create index presentments_due on presentments (link, due_ms) where due_ms is not null;
create index presentments_batch on presentments (account, batch) where batch is not null;
create index presentments_payment on presentments (account, payment);
create index presentments_attention on presentments (account, created_ms) where attention is not null;
