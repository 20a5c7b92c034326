-- The books: double entry, append-only. Amounts are minor units, positive for a debit; balances are sums, kept nowhere.

-- One per cause: what happens twice is written once.
create table ledger_transactions (
  account text not null references accounts,
  cause_kind text not null check (cause_kind ~ '^[a-z_]+$'),
  cause text not null check (length(cause) between 1 and 200),
  mode text not null check (mode in ('test', 'live')),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  at_ms bigint not null check (at_ms >= 0),
  primary key (account, cause_kind, cause),
  unique (account, cause_kind, cause, mode, currency)
);
create index ledger_transactions_newest on ledger_transactions (account, mode, at_ms);

create table ledger_lines (
  account text not null,
  cause_kind text not null,
  cause text not null,
  ledger_account text not null check (ledger_account in (
    'acquirer_receivable', 'merchant_payable', 'fees', 'refunds', 'dispute_hold', 'reserve', 'suspense', 'bank'
  )),
  mode text not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor <> 0),
  primary key (account, cause_kind, cause, ledger_account),
  -- A line is of the mode and currency of its transaction.
  foreign key (account, cause_kind, cause, mode, currency)
    references ledger_transactions (account, cause_kind, cause, mode, currency)
);
create index ledger_lines_balance on ledger_lines (account, mode, currency, ledger_account) include (amount_minor);

-- The name of the schema comes from the table, because a restore fills a schema beside the one in use.
create function refuse_unbalanced() returns trigger language plpgsql as $$
declare
  lines integer;
  total numeric;
begin
  execute format(
    'select count(*), coalesce(sum(amount_minor), 0) from %I.ledger_lines
     where account = $1 and cause_kind = $2 and cause = $3', tg_table_schema)
    into lines, total using new.account, new.cause_kind, new.cause;
  if lines < 2 or total <> 0 then
    raise exception 'Ledger transaction % % has % lines that sum to %', new.cause_kind, new.cause, lines, total
      using errcode = 'check_violation';
  end if;
  return null;
end $$;

create constraint trigger ledger_transactions_balance after insert on ledger_transactions
  deferrable initially deferred for each row execute function refuse_unbalanced();
create constraint trigger ledger_lines_balance after insert on ledger_lines
  deferrable initially deferred for each row execute function refuse_unbalanced();

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'Rows of % are never changed or removed: post the reverse', tg_table_name
    using errcode = 'integrity_constraint_violation';
end $$;

create trigger ledger_transactions_append_only before update or delete on ledger_transactions
  for each row execute function refuse_change();
create trigger ledger_lines_append_only before update or delete on ledger_lines
  for each row execute function refuse_change();

-- The merchant's side of a ledger transaction, in Stripe's shape. What came in is positive, what went out negative.
create table balance_transactions (
  account text not null,
  txn text not null check (txn like 'txn\_%'),
  cause_kind text not null,
  cause text not null,
  mode text not null,
  currency text not null,
  type text not null check (type in (
    'charge', 'refund', 'refund_failure', 'adjustment', 'payout', 'payout_failure'
  )),
  reporting_category text not null check (reporting_category in (
    'charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal', 'payout', 'payout_reversal'
  )),
  source text not null,
  -- Null for a payout and for a refund without a payment.
  payment text,
  amount_minor bigint not null,
  fee_minor bigint not null,
  net_minor bigint generated always as (amount_minor - fee_minor) stored,
  fee_description text not null,
  description text,
  available_ms bigint not null check (available_ms >= 0),
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, txn),
  unique (account, cause_kind, cause),
  foreign key (account, cause_kind, cause, mode, currency)
    references ledger_transactions (account, cause_kind, cause, mode, currency)
);
create index balance_transactions_newest on balance_transactions (account, mode, created_ms desc, txn desc);
create index balance_transactions_source on balance_transactions (account, source);
create index balance_transactions_payment on balance_transactions (account, payment) where payment is not null;
create trigger balance_transactions_append_only before update or delete on balance_transactions
  for each row execute function refuse_change();

-- What taking a sale costs, from a moment on; the newest that has begun counts. The rules are core's FeeSchedule.
create table fee_schedules (
  account text not null references accounts,
  valid_from_ms bigint not null check (valid_from_ms >= 0),
  schedule json not null,
  primary key (account, valid_from_ms)
);

-- How the merchant gets the money. direct: the acquirer pays, we match. facilitator: we pay out what is available.
create table funding_policies (
  account text primary key references accounts,
  funding text not null check (funding in ('direct', 'facilitator')),
  -- How long a sale is held before it is available for a payout.
  hold_days smallint not null check (hold_days between 0 and 90)
);
