-- What goes to the merchant's bank, and of which balance transactions it is made.

alter table balance_transactions drop constraint balance_transactions_type_check;
alter table balance_transactions add constraint balance_transactions_type_check check (type in (
  'charge', 'refund', 'refund_failure', 'adjustment', 'payout', 'payout_cancel', 'payout_failure'
));

-- Where a payout goes. The IBAN was checked when it was written.
create table bank_accounts (
  account text not null references accounts,
  currency text not null check (currency ~ '^[a-z]{3}$'),
  holder text not null check (length(holder) between 1 and 70),
  iban text not null check (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
  bic text check (bic ~ '^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$'),
  primary key (account, currency)
);

-- A file of credit transfers (pain.001) for our bank, kept as it was made: made again it would be paid again.
create table payout_files (
  file text primary key check (length(file) between 1 and 35),
  created_ms bigint not null check (created_ms >= 0),
  xml text not null
);

create table payouts (
  account text not null references accounts,
  payout text not null check (payout like 'po\_%'),
  mode text not null check (mode in ('test', 'live')),
  currency text not null,
  amount_minor bigint not null check (amount_minor >= 1),
  -- own: our credit transfer. acquirer: the acquirer has paid, and its file says for what.
  payer text not null check (payer in ('own', 'acquirer')),
  -- Made of everything available; otherwise of an amount that somebody named.
  automatic boolean not null,
  description text,
  -- As the bank account was when the payout was made; null where the acquirer pays.
  holder text,
  iban text,
  bic text,
  status text not null check (status in ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
  sent_ms bigint,
  paid_ms bigint,
  failed_ms bigint,
  failure_code text,
  canceled_ms bigint,
  file text references payout_files,
  arrival_ms bigint not null check (arrival_ms >= 0),
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, payout),
  constraint status_has_its_columns check (
    case status
      when 'pending' then num_nonnulls(sent_ms, paid_ms, failed_ms, failure_code, canceled_ms) = 0
      when 'in_transit' then sent_ms is not null and num_nonnulls(paid_ms, failed_ms, failure_code, canceled_ms) = 0
      when 'paid' then num_nonnulls(sent_ms, paid_ms) = 2 and num_nonnulls(failed_ms, failure_code, canceled_ms) = 0
      when 'failed' then num_nonnulls(sent_ms, failed_ms, failure_code) = 3 and num_nonnulls(paid_ms, canceled_ms) = 0
      when 'canceled' then canceled_ms is not null
        and num_nonnulls(sent_ms, paid_ms, failed_ms, failure_code) = 0
    end
  ),
  constraint own_payouts_have_a_bank_account check ((payer = 'own') = (num_nonnulls(holder, iban) = 2))
);
create index payouts_newest on payouts (account, mode, created_ms desc, payout desc);
create index payouts_to_send on payouts (account, payout) where status = 'pending';

-- Each balance transaction is in one payout for ever; what a failed payout gives back is a transaction of its own.
create table payout_items (
  account text not null,
  txn text not null,
  payout text not null,
  primary key (account, txn),
  foreign key (account, txn) references balance_transactions,
  foreign key (account, payout) references payouts
);
create index payout_items_payout on payout_items (account, payout);
create trigger payout_items_append_only before update or delete on payout_items
  for each row execute function refuse_change();
