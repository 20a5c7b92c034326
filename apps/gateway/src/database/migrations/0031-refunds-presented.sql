-- Refunds go to the acquirer: by a message of their own, which it may decline, and without a payment where they have none.

alter table presentments
  alter column payment drop not null,
  add foreign key (account, payment) references payments,
  add constraint only_a_refund_has_no_payment check (payment is not null or subject_kind = 'refund'),
  -- How often it went out as a message of its own; the retrieval reference of a refund follows from it.
  add column presentation integer not null default 1 check (presentation >= 1),
  -- Below settings.generation: a lost database may have sent it.
  add column as_of integer not null default 1 check (as_of >= 1),
  -- When it was declined or given up.
  add column ended_ms bigint,
  add column reversal_stan text check (reversal_stan ~ '^[0-9]{6}$'),
  add column reversal_transmitted_ms bigint,
  add column reversal_tries integer check (reversal_tries >= 0);

update presentments set as_of = (select generation from settings);

alter table presentments drop constraint presentments_state_check;
alter table presentments add constraint presentments_state_check check (state in (
  'due', 'sent', 'unknown', 'refused', 'reversing', 'accepted', 'declined', 'needs_attention', 'given_up', 'canceled'
));

alter table presentments drop constraint what_was_sent_is_identified;
alter table presentments add constraint what_was_sent_is_identified check (
  num_nonnulls(stan, transmitted_ms, send_before_ms, repeats) in (0, 4)
  and (stan is not null or state in ('due', 'needs_attention', 'given_up', 'canceled'))
  and (stan is null or state not in ('due', 'canceled'))
);

alter table presentments drop constraint presentment_state_has_its_columns;
alter table presentments add constraint presentment_state_has_its_columns check (
  (accepted_ms is not null) = (state = 'accepted')
  and (attention is not null) = (state = 'needs_attention')
  and (ended_ms is not null) = (state in ('declined', 'given_up'))
  and num_nonnulls(reversal_stan, reversal_transmitted_ms, reversal_tries)
    = case when state = 'reversing' then 3 else 0 end
  and (state not in ('sent', 'unknown', 'refused', 'reversing') or due_ms is not null)
  and (state not in ('accepted', 'declined', 'needs_attention', 'given_up', 'canceled') or due_ms is null)
);
-- A capture is told and not asked; a refund is asked.
alter table presentments add constraint only_a_refund_is_declined
  check (state not in ('declined', 'reversing') or subject_kind = 'refund');

-- What was promised before this version goes out now.
insert into presentments (account, presentment, mode, subject_kind, subject, payment, link, terminal_id, currency,
  amount_minor, message, state, due_ms, as_of, created_ms)
select r.account, 'prs_' || substr(r.refund, 4), r.mode, 'refund', r.refund, r.payment, p.link, p.terminal_id,
  r.currency, r.amount_minor, 'refund', 'due', r.submitted_ms, (select generation from settings), r.created_ms
from refunds r join payments p on p.account = r.account and p.payment = r.card_payment
where r.status = 'submitted';
-- A void that comes from now on is a refund of what is left.
update payments p set collected_ms = r.submitted_ms, version = p.version + 1
from refunds r
where r.status = 'submitted' and p.account = r.account and p.payment = r.payment and p.word = 'accepted'
  and p.collected_ms is null;
