-- Who the merchant is and how the gateway itself is known. Times are Unix milliseconds, amounts minor units.
-- Every key begins with the account, so that accounts can be spread over servers without a redesign.

create table settings (
  singleton boolean primary key default true check (singleton),
  -- Rises when a database is restored: devices then read their feed again from the start.
  generation integer not null default 1 check (generation >= 1)
);
insert into settings default values;

create table accounts (
  account text primary key check (account like 'acct\_%'),
  name text not null check (length(name) between 1 and 200),
  currencies text[] not null check (cardinality(currencies) >= 1),
  -- What the merchant changed of the default offline terms; null when nothing.
  offline_terms json,
  created_ms bigint not null check (created_ms >= 0)
);

create table locations (
  account text not null references accounts,
  location text not null check (location like 'loc\_%'),
  name text not null check (length(name) between 1 and 200),
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, location)
);

-- Only the hash of a key is kept. A key has 128 bits of randomness or more, so a plain hash cannot be guessed back.
create table api_keys (
  account text not null references accounts,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  kind text not null check (kind in ('secret', 'publishable')),
  mode text not null check (mode in ('test', 'live')),
  -- For people to tell keys apart: kind, mode and the first characters behind them.
  prefix text not null check (
    starts_with(prefix, case kind when 'secret' then 'sk_' else 'pk_' end || mode || '_')
    and length(prefix) <= 16
  ),
  created_ms bigint not null check (created_ms >= 0),
  revoked_ms bigint check (revoked_ms >= created_ms),
  primary key (account, sha256)
);
create unique index api_keys_sha256 on api_keys (sha256);

-- Private halves are wrapped with AES-256-GCM under a key that is never in the database.
create table gateway_keys (
  key_id text primary key check (key_id ~ '^[A-Za-z0-9_-]{16}$'),
  purpose text not null check (purpose in ('signing', 'sealing')),
  public_key text not null check (public_key ~ '^[A-Za-z0-9_-]{43}$'),
  wrapped_private text not null,
  created_ms bigint not null check (created_ms >= 0),
  -- A retired sealing key still opens what was sealed to it; nothing new is.
  retired_ms bigint check (retired_ms >= created_ms)
);
