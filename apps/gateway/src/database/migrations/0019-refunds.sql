-- Money back to cardholders: of a payment, or by a supervisor without one.

-- MC7: without a row, or a null limit, no refund is made without its payment.
create table unlinked_refund_limits (
  account text not null references accounts,
  currency text not null check (currency ~ '^[a-z]{3}$'),
  per_refund_minor bigint not null check (per_refund_minor >= 1),
  per_day_minor bigint not null check (per_day_minor >= per_refund_minor),
  primary key (account, currency)
);

create table refunds (
  account text not null,
  refund text not null check (refund like 're\_%'),
  mode text not null check (mode in ('test', 'live')),
  -- Null: unlinked.
  payment text,
  charge text,
  -- Whose card in the vault the money goes to; the payment itself where the refund is of one.
  card_payment text not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor >= 1),
  reason text check (reason in ('duplicate', 'fraudulent', 'requested_by_customer')),
  requested_by text not null check (requested_by in ('merchant', 'device', 'void')),
  operator text,
  -- Of an unlinked refund: who let it pass, and why, in words.
  approver text,
  note text,
  metadata json not null,
  status text not null check (status in ('waiting_parent', 'submitted', 'succeeded', 'failed', 'canceled')),
  submitted_ms bigint,
  succeeded_ms bigint,
  failed_ms bigint,
  failure_reason text check (failure_reason in ('payment_not_captured', 'captured_less', 'refused')),
  canceled_ms bigint,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, refund),
  foreign key (account, payment) references payments,
  foreign key (account, card_payment) references payments,
  constraint a_refund_has_its_payment_or_its_supervisor check (
    case when payment is null then num_nonnulls(approver, note) = 2 and charge is null and status <> 'waiting_parent'
      else card_payment = payment end
  ),
  constraint status_has_its_columns check (
    case status
      when 'waiting_parent' then num_nonnulls(submitted_ms, succeeded_ms, failed_ms, failure_reason, canceled_ms) = 0
      when 'submitted' then submitted_ms is not null
        and num_nonnulls(succeeded_ms, failed_ms, failure_reason, canceled_ms) = 0
      when 'succeeded' then num_nonnulls(submitted_ms, succeeded_ms) = 2
        and num_nonnulls(failed_ms, failure_reason, canceled_ms) = 0
      when 'failed' then num_nonnulls(failed_ms, failure_reason) = 2 and num_nonnulls(succeeded_ms, canceled_ms) = 0
      when 'canceled' then canceled_ms is not null
        and num_nonnulls(submitted_ms, succeeded_ms, failed_ms, failure_reason) = 0
    end
  )
);
create index refunds_newest on refunds (account, mode, created_ms desc, refund desc);
create index refunds_payment on refunds (account, payment) where payment is not null;
create index refunds_open on refunds (account, refund) where status in ('waiting_parent', 'submitted');

-- Refunded never exceeds captured, whoever was faster. The schema's name as in refuse_unbalanced.
create function refuse_over_refund() returns trigger language plpgsql as $$
declare
  captured numeric;
  refunded numeric;
begin
  if new.payment is null or new.status not in ('submitted', 'succeeded') then return null; end if;
  execute format(
    'select coalesce(sum(amount_minor), 0) from %I.balance_transactions
     where account = $1 and payment = $2 and type = ''charge'' and currency = $3', tg_table_schema)
    into captured using new.account, new.payment, new.currency;
  execute format(
    'select coalesce(sum(amount_minor), 0) from %I.refunds
     where account = $1 and payment = $2 and status in (''submitted'', ''succeeded'')', tg_table_schema)
    into refunded using new.account, new.payment;
  if refunded > captured then
    raise exception 'Refunds of % would be %, and % was captured', new.payment, refunded, captured
      using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger refunds_within_capture after insert or update on refunds
  deferrable initially deferred for each row execute function refuse_over_refund();
