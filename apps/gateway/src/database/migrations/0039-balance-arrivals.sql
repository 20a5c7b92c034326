-- What adds to a balance and is still to become available: written with its balance transaction, taken away with the
-- event that tells of it. Keyed by the transaction, so that captures of one moment never wait for one another.
create table balance_arrivals (
  account text not null,
  txn text not null,
  mode text not null check (mode in ('test', 'live')),
  currency text not null,
  available_ms bigint not null check (available_ms >= 0),
  primary key (account, txn),
  foreign key (account, txn) references balance_transactions
);
create index balance_arrivals_due on balance_arrivals (available_ms);

-- What was available before this is not told any more.
insert into balance_arrivals (account, txn, mode, currency, available_ms)
select account, txn, mode, currency, available_ms from balance_transactions
where net_minor > 0 and available_ms > extract(epoch from now()) * 1000;
