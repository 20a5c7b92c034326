-- Batches (remises, télécollectes): what one terminal's acquirer and we agree on, per currency.

alter table locations
  -- IANA name. The day of a shop has 23 or 25 hours twice a year.
  add column time_zone text not null default 'Europe/Paris' check (length(time_zone) between 1 and 64),
  -- Minutes since midnight on the clock of the shop.
  add column cut_off_min smallint not null default 180 check (cut_off_min between 0 and 1439);

create table batches (
  account text not null,
  batch text not null check (batch like 'bat\_%'),
  mode text not null check (mode in ('test', 'live')),
  link text not null,
  terminal_id text not null check (terminal_id ~ '^[A-Z0-9]{8}$'),
  location text not null,
  currency text not null check (currency ~ '^[a-z]{3}$'),
  -- Six digits, counted per terminal and currency; behind 999999 comes 000001.
  number text not null check (number ~ '^[0-9]{6}$' and number <> '000000'),
  state text not null check (state in ('open', 'closing', 'reconciling', 'needs_attention', 'closed', 'funded')),
  opened_ms bigint not null check (opened_ms >= 0),
  cut_off_ms bigint not null,
  closing_ms bigint,
  -- When the owner of the link looks next.
  due_ms bigint,
  -- Of the 0500 that is or was on its way, the same in every repeat.
  stan text check (stan ~ '^[0-9]{6}$'),
  transmitted_ms bigint,
  repeats integer not null default 0 check (repeats >= 0),
  -- How often the host counted otherwise.
  differences integer not null default 0 check (differences >= 0),
  debits integer,
  debits_minor bigint,
  credits integer,
  credits_minor bigint,
  closed_ms bigint,
  attention text check (length(attention) between 1 and 200),
  -- Approvals of the terminal that nobody had captured when it closed: tips that are missing, most likely.
  uncaptured integer not null default 0 check (uncaptured >= 0),
  primary key (account, batch),
  foreign key (account, location) references locations,
  constraint batch_state_has_its_columns check (
    (closing_ms is null) = (state = 'open')
    and (closed_ms is not null) = (state in ('closed', 'funded'))
    and (due_ms is not null) = (state in ('closing', 'reconciling'))
    and (attention is not null) = (state = 'needs_attention')
    and num_nonnulls(stan, transmitted_ms) in (0, 2)
    and num_nonnulls(debits, debits_minor, credits, credits_minor) in (0, 4)
  )
);
-- What is presented now goes into this one.
create unique index batches_open on batches (account, link, terminal_id, currency) where state = 'open';
create index batches_due on batches (link, (coalesce(due_ms, cut_off_ms)))
  where state in ('open', 'closing', 'reconciling');
create index batches_newest on batches (account, mode, opened_ms desc, batch desc);
