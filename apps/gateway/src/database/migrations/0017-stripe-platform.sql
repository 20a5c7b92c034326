-- What every write of the merchant's API leaves behind, what a merchant says of payments, and whom it sells to.

-- Written in the transaction of its effect. No sum of money rests on it: payments are unique by their id for ever.
create table idempotency_keys (
  account text not null references accounts,
  mode text not null check (mode in ('test', 'live')),
  key text not null check (length(key) between 1 and 255),
  -- Of everything that was asked for.
  input_sha256 text not null check (input_sha256 ~ '^[0-9a-f]{64}$'),
  object text not null,
  object_id text not null,
  request text not null,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, mode, key)
);
create index idempotency_keys_oldest on idempotency_keys (account, created_ms);

-- A restricted key names what it may do, per resource: {"customers": "read", "refunds": "write"}.
alter table api_keys drop constraint api_keys_kind_check;
alter table api_keys add constraint api_keys_kind_check check (kind in ('secret', 'publishable', 'restricted'));
alter table api_keys add column permissions json;
alter table api_keys add constraint only_a_restricted_key_has_permissions
  check ((kind = 'restricted') = (permissions is not null));
alter table api_keys drop constraint api_keys_check;
alter table api_keys add constraint prefix_fits_kind_and_mode check (
  starts_with(prefix, case kind when 'secret' then 'sk_' when 'publishable' then 'pk_' else 'rk_' end || mode || '_')
  and length(prefix) <= 16
);

create table customers (
  account text not null references accounts,
  customer text not null check (customer like 'cus\_%'),
  mode text not null check (mode in ('test', 'live')),
  name text,
  email text,
  phone text,
  description text,
  -- As /v1 has it: line1, line2, city, state, postal_code, country.
  address json,
  -- {"name", "phone", "address"}
  shipping json,
  preferred_locales text[] not null default '{}',
  metadata jsonb not null default '{}',
  created_ms bigint not null check (created_ms >= 0),
  -- Kept as an id that was: payments name it.
  deleted_ms bigint check (deleted_ms >= created_ms),
  primary key (account, customer),
  constraint a_deleted_customer_is_forgotten check (
    deleted_ms is null or (num_nonnulls(name, email, phone, description, address, shipping) = 0 and metadata = '{}')
  )
);
create index customers_newest on customers (account, mode, created_ms desc, customer desc);

-- A payment that a back end asks for and that a device is yet to take: no row in `payments` before that.
create table payment_intents (
  account text not null references accounts,
  payment text not null check (payment like 'pi\_%'),
  mode text not null check (mode in ('test', 'live')),
  amount_minor bigint not null check (amount_minor between 1 and 999999999999),
  currency text not null check (currency ~ '^[a-z]{3}$'),
  capture_method text not null check (capture_method in ('automatic', 'manual')),
  method text not null check (method in ('card_present', 'interac_present')),
  -- Names the payment to whoever takes it.
  client_secret text not null check (length(client_secret) between 16 and 200),
  created_ms bigint not null check (created_ms >= 0),
  canceled_ms bigint check (canceled_ms >= created_ms),
  cancel_reason text check (
    cancel_reason in ('duplicate', 'fraudulent', 'requested_by_customer', 'abandoned')
  ),
  primary key (account, payment),
  constraint only_the_canceled_has_a_reason check (cancel_reason is null or canceled_ms is not null)
);
create index payment_intents_newest on payment_intents (account, mode, created_ms desc, payment desc);

-- What the merchant says of a payment or of one of its charges, whoever made it. Beside the payment, which is the
-- device's and the authoriser's to write.
create table payment_notes (
  account text not null references accounts,
  -- pi_… or ch_…; a charge without notes of its own has its payment's.
  object text not null check (object like 'pi\_%' or object like 'ch\_%'),
  metadata jsonb not null default '{}',
  description text,
  receipt_email text,
  customer text,
  statement_descriptor text,
  statement_descriptor_suffix text,
  transfer_group text,
  changed_ms bigint not null check (changed_ms >= 0),
  primary key (account, object),
  foreign key (account, customer) references customers
);
create index payment_notes_customer on payment_notes (account, customer) where customer is not null;
