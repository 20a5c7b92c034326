-- When an account that we pay out is paid out by itself. Without a row: by hand.

create table payout_schedules (
  account text primary key references accounts,
  every text not null check (every in ('day', 'week')),
  -- ISO: 1 is Monday.
  weekday smallint check (weekday between 1 and 7),
  -- Minutes since midnight on a clock in that zone, an IANA name.
  at_min smallint not null check (at_min between 0 and 1439),
  time_zone text not null check (length(time_zone) between 1 and 64),
  -- Moved on in the transaction of the payouts: whoever comes second finds nothing due.
  next_ms bigint not null check (next_ms >= 0),
  constraint a_week_has_its_day check ((every = 'week') = (weekday is not null))
);
create index payout_schedules_due on payout_schedules (next_ms);
