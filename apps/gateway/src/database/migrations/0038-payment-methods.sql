-- ST14: the card brands and ways of reading that are offered: a device's own word, else its location's, else the account's.
-- {"brands": [...], "entryModes": [...]}; null: nothing is said here. Where nobody has said anything, all are offered.
alter table accounts add column methods_offered json;
alter table locations add column methods_offered json;
alter table devices add column methods_offered json;

-- Each change, for ever. Of the account where neither a location nor a device is named.
create table payment_method_changes (
  account text not null references accounts,
  position bigint generated always as identity,
  location text,
  device text,
  changed_by text not null check (length(changed_by) between 1 and 200),
  -- The beginning of the key that it came with, as in api_keys.
  key_prefix text not null check (length(key_prefix) <= 16),
  changed_ms bigint not null check (changed_ms >= 0),
  methods_before json,
  methods_after json,
  primary key (account, position),
  foreign key (account, location) references locations,
  foreign key (account, device) references devices,
  constraint of_one_place check (num_nonnulls(location, device) <= 1)
);
