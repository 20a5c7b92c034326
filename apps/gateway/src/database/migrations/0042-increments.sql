-- More that is asked for on an approval which only holds. Amounts are minor units.

-- What the issuer holds on top of its approval; null for nothing.
alter table payments
  add column incremented_minor bigint check (incremented_minor >= 1),
  add constraint only_a_hold_is_incremented check (incremented_minor is null or capture_method = 'manual');

create table increments (
  account text not null,
  increment text not null check (increment like 'inc\_%'),
  mode text not null check (mode in ('test', 'live')),
  payment text not null,
  link text not null,
  terminal_id text not null check (terminal_id ~ '^[A-Z0-9]{8}$'),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  -- What was authorised before, and what comes on top of it.
  from_minor bigint not null check (from_minor >= 1),
  amount_minor bigint not null check (amount_minor >= 1),
  rrn text not null check (rrn ~ '^[0-9A-Z]{12}$'),
  -- What the merchant says with it; written to the payment when it is approved.
  notes json not null,
  state text not null check (
    state in ('due', 'sent', 'unknown', 'approved', 'declined', 'reversing', 'reversed', 'canceled')
  ),
  -- When the owner of the link looks next; null when nothing happens by itself.
  due_ms bigint,
  -- So long somebody waits for the answer to what has not left.
  ask_before_ms bigint not null,
  stan text check (stan ~ '^[0-9]{6}$'),
  transmitted_ms bigint,
  send_before_ms bigint,
  repeats integer check (repeats >= 0),
  response_code text,
  approval_code text,
  ended_ms bigint,
  reversal_why text check (reversal_why in ('no_answer', 'part_approved', 'payment_canceled')),
  reversal_stan text check (reversal_stan ~ '^[0-9]{6}$'),
  reversal_transmitted_ms bigint,
  reversal_tries integer check (reversal_tries >= 0),
  -- Below settings.generation: a lost database may have sent it.
  as_of integer not null check (as_of >= 0),
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, increment),
  foreign key (account, payment) references payments,
  constraint what_was_sent_is_identified check (
    num_nonnulls(stan, transmitted_ms, send_before_ms, repeats)
      = case when state in ('due', 'canceled') then 0 else 4 end
  ),
  constraint increment_state_has_its_columns check (
    (due_ms is not null) = (state in ('due', 'sent', 'unknown', 'reversing'))
    and (ended_ms is not null) = (state in ('approved', 'declined', 'reversed', 'canceled'))
    and (response_code is not null) = (state in ('approved', 'declined'))
    and (approval_code is not null) = (state = 'approved')
    and (reversal_why is not null) = (state in ('reversing', 'reversed'))
    and num_nonnulls(reversal_stan, reversal_transmitted_ms, reversal_tries)
      = case when state = 'reversing' then 3 else 0 end
  )
);
-- One at a time per payment.
create unique index increments_one_in_flight on increments (account, payment)
  where state in ('due', 'sent', 'unknown', 'reversing');
-- What has left is known to the host by it.
create unique index increments_rrn on increments (account, rrn);
create index increments_due on increments (link, due_ms) where due_ms is not null;
create index increments_payment on increments (account, payment, created_ms);

-- What a payment counts on top is what was approved, to the last minor unit.
create function refuse_uncounted_increments() returns trigger language plpgsql as $$
declare
  counted numeric;
  approved numeric;
begin
  execute format('select coalesce(incremented_minor, 0) from %I.payments where account = $1 and payment = $2',
    tg_table_schema) into counted using new.account, new.payment;
  execute format(
    'select coalesce(sum(amount_minor), 0) from %I.increments
     where account = $1 and payment = $2 and state = ''approved''', tg_table_schema)
    into approved using new.account, new.payment;
  if counted <> approved then
    raise exception 'increments of payment % are counted as % and approved as %', new.payment, counted, approved
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger increments_are_counted after insert or update on increments
  deferrable initially deferred for each row execute function refuse_uncounted_increments();
create constraint trigger counted_increments_are_approved after update of incremented_minor on payments
  deferrable initially deferred for each row
  when (old.incremented_minor is distinct from new.incremented_minor)
  execute function refuse_uncounted_increments();
