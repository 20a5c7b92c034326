-- What the acquirer has paid and what it contests, as its feeds tell; matched with the books item by item.

-- How far each feed was read. A row that is told again is known by its own id all the same.
create table acquirer_feeds (
  link text not null,
  feed text not null check (feed in ('chargebacks', 'funding')),
  after_sequence bigint not null check (after_sequence >= 0),
  primary key (link, feed)
);

-- Steps of chargebacks that were taken in.
create table chargeback_steps (
  chargeback text not null,
  sequence bigint not null check (sequence >= 0),
  stage text not null check (stage in ('inquiry', 'chargeback', 'won', 'lost')),
  taken_ms bigint not null check (taken_ms >= 0),
  primary key (chargeback, sequence)
);

-- Kept as they came. One that is damaged, or that says something else under a known name, is a row of its own.
create table funding_files (
  file text not null check (length(file) between 1 and 100),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  body text not null,
  state text not null check (state in ('waiting', 'applied', 'set_aside')),
  -- What it waits for, or why it is for a human.
  why text check (length(why) between 1 and 200),
  received_ms bigint not null check (received_ms >= 0),
  applied_ms bigint,
  primary key (file, sha256),
  constraint funding_file_state_has_its_columns check (
    (applied_ms is not null) = (state = 'applied') and (state <> 'set_aside' or why is not null)
  )
);
create unique index funding_files_applied on funding_files (file) where state = 'applied';
create index funding_files_open on funding_files (received_ms) where state <> 'applied';

create table funding_items (
  file text not null,
  sha256 text not null,
  -- From 1 on, as in the file.
  position integer not null check (position >= 1),
  account text not null references accounts,
  mode text not null check (mode in ('test', 'live')),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  kind text not null check (kind in ('sale', 'refund', 'chargeback', 'chargeback_won')),
  terminal_id text not null,
  rrn text not null,
  -- What the merchant gets is positive.
  amount_minor bigint not null,
  fee_minor bigint not null check (fee_minor >= 0),
  -- What it is for, as far as we know; the transaction that it settles, once.
  payment text,
  txn text,
  -- As the books have it; 0 where they have nothing that it could settle.
  expected_minor bigint not null,
  expected_fee_minor bigint not null,
  -- Beside the books: waits in the suspense account.
  difference_minor bigint generated always as
    (amount_minor - fee_minor - expected_minor + expected_fee_minor) stored,
  difference text check (difference in ('unknown', 'doubled', 'other_amount', 'other_fee')),
  -- What a human has found out.
  explained_ms bigint,
  explained_by text,
  explanation text check (length(explanation) between 1 and 500),
  -- Where the acquirer pays the merchant itself.
  payout text,
  primary key (file, position),
  foreign key (file, sha256) references funding_files,
  foreign key (account, txn) references balance_transactions,
  foreign key (account, payout) references payouts,
  constraint what_agrees_settles_something check (
    case when difference is null then txn is not null and expected_minor = amount_minor
        and expected_fee_minor = fee_minor
      when difference in ('unknown', 'doubled') then txn is null and expected_minor = 0 and expected_fee_minor = 0
      else txn is not null end
  ),
  constraint an_explanation_has_its_author check (
    num_nonnulls(explained_ms, explained_by, explanation) in (0, 3) and (explained_ms is null or difference is not null)
  )
);
-- Nothing is paid for twice.
create unique index funding_items_txn on funding_items (account, txn) where txn is not null;
create index funding_items_payout on funding_items (account, payout) where payout is not null;
create index funding_items_open on funding_items (file, position) where difference is not null and explained_ms is null;
