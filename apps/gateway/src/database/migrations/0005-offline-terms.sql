-- SQ7: who took on the risk of offline payments, when, and by which version of the text. Without it no lease allows any.
alter table accounts
  add column liability_by text check (length(liability_by) between 1 and 200),
  add column liability_ms bigint check (liability_ms >= 0),
  add column liability_text text check (length(liability_text) between 1 and 200),
  add constraint liability_whole check (num_nonnulls(liability_by, liability_ms, liability_text) in (0, 3));

alter table locations
  -- ISO 3166-1, lower case; decides how customers must be verified offline. Null: no rule of a region.
  add column country text check (country ~ '^[a-z]{2}$'),
  -- The most that all devices of the location together may hold offline: {"totalMinor": {...}, "count": n}; null: no cap.
  add column offline_cap json;

-- What each device may hold offline by any lease that it may still go by. `held` covers every lease before the offered
-- one: the answer that brought that one may have been lost, so its share is free for others only when the device has
-- said that it goes by the new one.
create table offline_grants (
  account text not null,
  device text not null,
  location text not null,
  held json not null,
  offered json not null,
  offered_number bigint not null check (offered_number >= 1),
  until_ms bigint not null check (until_ms >= 0),
  primary key (account, device),
  foreign key (account, device) references devices,
  foreign key (account, location) references locations
);
create index offline_grants_location on offline_grants (account, location);
