-- SQ12: orders from online channels, kept during an outage and told to each till of their location in their order.

-- Of each location: the number of the newest change of an order. Raised under this row's lock, so changes become
-- visible in their order, and whoever has read up to one has missed none before it.
create table order_heads (
  account text not null,
  location text not null,
  position bigint not null check (position >= 1),
  primary key (account, location),
  foreign key (account, location) references locations
);

create table orders (
  account text not null references accounts,
  order_id text not null check (order_id like 'ord\_%'),
  mode text not null check (mode in ('test', 'live')),
  location text not null,
  -- Of whoever took the order, for ever: the same key again is the same order.
  idempotency_key text not null check (length(idempotency_key) between 1 and 200),
  input_sha256 text not null check (input_sha256 ~ '^[0-9a-f]{64}$'),
  channel text not null check (length(channel) between 1 and 60),
  -- What the customer knows it by.
  number text not null check (length(number) between 1 and 60),
  amount_minor bigint not null check (amount_minor >= 1),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  -- [{"name": "…", "quantity": 1, "amountMinor": 100}]
  lines json not null,
  note text not null check (length(note) <= 200),
  created_ms bigint not null check (created_ms >= 0),
  -- Payments that stand for it, in the order in which they were approved; more than one is a person's to sort out.
  payments text[] not null default '{}',
  canceled_ms bigint check (canceled_ms >= 0),
  canceled_by text check (length(canceled_by) between 1 and 200),
  cancel_reason text check (length(cancel_reason) <= 200),
  state text not null,
  -- Counts the changes of this order, from 1.
  revision integer not null check (revision >= 1),
  -- Of its newest change, among those of its location.
  position bigint not null check (position >= 1),
  primary key (account, order_id),
  unique (account, mode, idempotency_key),
  unique (account, location, position),
  foreign key (account, location) references locations,
  constraint only_the_canceled_says_who check (num_nonnulls(canceled_ms, canceled_by, cancel_reason) in (0, 3)),
  -- Money that was taken is stronger than a cancellation that came too late.
  constraint order_state_follows check (state = case
    when cardinality(payments) > 0 then 'paid'
    when canceled_ms is not null then 'canceled'
    else 'open' end)
);
create index orders_newest on orders (account, mode, created_ms desc, order_id desc);

-- An item is about a payment or about an order; a device says which change of its location's orders it was fed last.
alter table feed alter column payment drop not null;
alter table feed add column order_id text;
alter table feed add constraint an_item_is_about_one_thing check (num_nonnulls(payment, order_id) = 1);
alter table devices add column orders_position bigint not null default 0 check (orders_position >= 0);
