-- Keys that say what they are for and when they were last used; events that say which request caused them; devices that
-- fall silent and come back; what outlives an event.

alter table api_keys
  -- For people.
  add column name text check (length(name) between 1 and 200),
  -- To the hour.
  add column last_used_ms bigint check (last_used_ms >= 0);

-- Set by the merchant API for its transaction, so that whatever noun tells of an effect names what asked for it.
alter table events
  add column request text default nullif(current_setting('holdfast.request', true), ''),
  add column idempotency_key text default nullif(current_setting('holdfast.idempotency_key', true), '');

-- What has been told of a device: written with its event, so each change is told once.
create table device_presence (
  account text not null,
  device text not null,
  state text not null check (state in ('online', 'offline')),
  since_ms bigint not null check (since_ms >= 0),
  primary key (account, device),
  foreign key (account, device) references devices
);

-- Devices of which stored payments have come in, until it is told that nothing of theirs is missing any more.
create table device_queues (
  account text not null,
  device text not null,
  since_ms bigint not null check (since_ms >= 0),
  primary key (account, device),
  foreign key (account, device) references devices
);

-- When payments were called off, taken from events that are pruned.
create table canceled_payments (
  account text not null,
  payment text not null,
  canceled_ms bigint not null check (canceled_ms >= 0),
  primary key (account, payment),
  foreign key (account, payment) references payments
);

-- Events are pruned from the oldest on.
create index events_oldest on events (created_ms) where published_ms is not null;
