-- What a person has done by hand to money or records, with a command or on the operator page. For ever.
create table operator_acts (
  position bigint generated always as identity primary key,
  -- Null: of the whole gateway.
  account text references accounts,
  -- Null: of both.
  mode text check (mode in ('test', 'live')),
  -- The command as it was typed: `presentments give-up prs_…`.
  act text not null check (length(act) between 1 and 500),
  -- A name, or the beginning of the key that it came with.
  done_by text not null check (length(done_by) between 1 and 200),
  why text check (length(why) between 1 and 500),
  done_ms bigint not null check (done_ms >= 0)
);
create index operator_acts_newest on operator_acts (account, done_ms desc);
create trigger operator_acts_append_only before update or delete on operator_acts
  for each row execute function refuse_change();
