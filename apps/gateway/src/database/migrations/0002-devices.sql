create table devices (
  account text not null references accounts,
  device text not null check (device like 'dev\_%'),
  mode text not null check (mode in ('test', 'live')),
  location text not null,
  name text not null check (length(name) <= 200),
  -- DE41.
  terminal_id text not null check (terminal_id ~ '^[A-Z0-9]{8}$'),
  status text not null default 'active' check (status in ('active', 'revoked')),
  offline_terms json,
  -- The highest sequence number that the device has stated, and the highest that is in.
  stated_seq bigint not null default 0 check (stated_seq >= 0),
  received_seq bigint not null default 0 check (received_seq >= 0),
  -- The number of the newest feed item. Raised under this row's lock, so items become visible in their order.
  feed_head bigint not null default 0 check (feed_head >= 0),
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, device),
  foreign key (account, location) references locations,
  unique (account, terminal_id)
);
-- A request names its device only; this finds the account.
create unique index devices_device on devices (device);

create table device_keys (
  account text not null,
  device text not null,
  key_id text not null check (key_id ~ '^[A-Za-z0-9_-]{16}$'),
  public_key text not null check (public_key ~ '^[A-Za-z0-9_-]{43}$'),
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, device, key_id),
  foreign key (account, device) references devices
);

create table readers (
  account text not null,
  reader text not null check (reader like 'rdr\_%'),
  device text not null,
  model text not null check (length(model) <= 200),
  serial_number text not null check (length(serial_number) <= 200),
  offline_capable boolean not null,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, reader),
  foreign key (account, device) references devices
);
create index readers_device on readers (account, device);

-- A code is short enough for a person, so its hash is keyed (HMAC) with a key outside the database.
create table device_codes (
  account text not null references accounts,
  code_hmac text not null check (code_hmac ~ '^[0-9a-f]{64}$'),
  mode text not null check (mode in ('test', 'live')),
  location text not null,
  created_ms bigint not null check (created_ms >= 0),
  expires_ms bigint not null check (expires_ms > created_ms),
  -- Single use: the device that it made, so that a lost answer can be given again to the same key.
  used_device text,
  primary key (account, code_hmac),
  foreign key (account, location) references locations,
  foreign key (account, used_device) references devices
);
create unique index device_codes_code on device_codes (code_hmac);

-- The newest lease of each device.
create table leases (
  account text not null,
  device text not null,
  payload text not null,
  key_id text not null,
  signature text not null,
  primary key (account, device),
  foreign key (account, device) references devices
);

create table feed (
  account text not null,
  device text not null,
  n bigint not null check (n >= 1),
  payment text not null check (payment like 'pi\_%'),
  payload text not null,
  key_id text not null,
  signature text not null,
  primary key (account, device, n),
  foreign key (account, device) references devices
);
