-- The close of a day (a Z report) of one location: what was sold since the close before, frozen as it was known then.
-- What becomes known of it later is in a later close, beside what was said before. Numbers have no gap.
create table day_closes (
  account text not null,
  mode text not null check (mode in ('test', 'live')),
  location text not null,
  number integer not null check (number >= 1),
  -- Half-open range of the moment of sale.
  from_ms bigint not null check (from_ms >= 0),
  until_ms bigint not null,
  closed_ms bigint not null,
  -- Who closed, in words, and the key that it came with.
  closed_by text not null check (length(closed_by) between 1 and 200),
  key_prefix text not null,
  primary key (account, mode, location, number),
  foreign key (account, location) references locations,
  constraint a_day_takes_time check (until_ms > from_ms),
  constraint a_day_is_over_when_it_is_closed check (until_ms <= closed_ms)
);
-- Two closes never begin at the same moment, whoever was faster.
create unique index day_closes_from on day_closes (account, mode, location, from_ms);

create table day_close_items (
  account text not null,
  mode text not null,
  location text not null,
  number integer not null,
  -- A payment or a refund.
  kind text not null check (kind in ('sale', 'refund')),
  subject text not null,
  device text not null,
  currency text not null check (currency ~ '^[a-z]{3}$'),
  state text not null check (state in ('paid', 'held', 'pending', 'declined', 'canceled')),
  amount_minor bigint not null check (amount_minor >= 0),
  -- Within the amount.
  tip_minor bigint not null check (tip_minor >= 0),
  -- False: sold in the days of earlier closes, and something became known of it since.
  of_period boolean not null,
  -- What the last close that named it had said; null where none did.
  was_number integer,
  was_state text,
  was_minor bigint,
  is_latest boolean not null default true,
  primary key (account, mode, location, number, subject),
  foreign key (account, mode, location, number) references day_closes,
  constraint a_refund_has_no_tip check (kind = 'sale' or tip_minor = 0),
  constraint a_tip_is_within check (tip_minor <= amount_minor),
  constraint what_was_said_is_whole check (num_nonnulls(was_number, was_state, was_minor) in (0, 3)),
  constraint only_an_earlier_day_was_said_before check (was_number is null or (not of_period and was_number < number)),
  constraint an_adjustment_changes_something check ((was_state, was_minor) is distinct from (state, amount_minor))
);
-- Of each subject one last word.
create unique index day_close_items_latest on day_close_items (account, subject) where is_latest;
create index day_close_items_open on day_close_items (account, mode, location)
  where is_latest and state in ('pending', 'held');
