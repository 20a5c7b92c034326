-- Places of sale, readers and what is configured for them, as merchants manage them by the API.

create table terminal_configurations (
  account text not null references accounts,
  configuration text not null check (configuration like 'tmc\_%'),
  mode text not null check (mode in ('test', 'live')),
  name text,
  -- For every location of the account and mode that names no other.
  is_account_default boolean not null,
  -- Null: nothing is said, and the account's own terms decide.
  offline_enabled boolean,
  -- Per currency: {"eur": {"percentages": [10], "fixed_amounts": [100], "smart_tip_threshold": 1000}}; amounts in minor units.
  tipping json,
  reboot_window json,
  created_ms bigint not null check (created_ms >= 0),
  deleted_ms bigint check (deleted_ms >= created_ms),
  primary key (account, configuration),
  constraint the_default_stays check (not is_account_default or deleted_ms is null)
);
create unique index terminal_configurations_default on terminal_configurations (account, mode)
  where is_account_default;
create index terminal_configurations_newest on terminal_configurations (account, mode, created_ms desc, configuration desc);

alter table locations
  -- Null: of both modes, as one that the operator has made.
  add column mode text check (mode in ('test', 'live')),
  -- As /v1 has it: line1, line2, city, state, postal_code, country.
  add column address json,
  add column phone text,
  add column metadata jsonb not null default '{}',
  -- Instead of the account's default.
  add column configuration text,
  add column deleted_ms bigint check (deleted_ms >= created_ms),
  add foreign key (account, configuration) references terminal_configurations;
create index locations_newest on locations (account, created_ms desc, location desc);

alter table readers
  add column label text check (length(label) between 1 and 200),
  add column metadata jsonb not null default '{}',
  -- No lease names it any more.
  add column deleted_ms bigint check (deleted_ms >= created_ms);

-- A card that a back end asks to be saved at a till; a reader collects it.
create table setup_intents (
  account text not null references accounts,
  setup text not null check (setup like 'seti\_%'),
  mode text not null check (mode in ('test', 'live')),
  customer text,
  description text,
  method text not null check (method in ('card_present', 'interac_present')),
  -- Whether the customer is there when the card is used again.
  usage text not null check (usage in ('off_session', 'on_session')),
  metadata jsonb not null default '{}',
  -- Names the intent to whoever takes it.
  client_secret text not null check (length(client_secret) between 16 and 200),
  created_ms bigint not null check (created_ms >= 0),
  canceled_ms bigint check (canceled_ms >= created_ms),
  cancel_reason text check (cancel_reason in ('abandoned', 'duplicate', 'requested_by_customer')),
  primary key (account, setup),
  foreign key (account, customer) references customers,
  constraint only_the_canceled_has_a_reason check (cancel_reason is null or canceled_ms is not null)
);
create index setup_intents_newest on setup_intents (account, mode, created_ms desc, setup desc);
