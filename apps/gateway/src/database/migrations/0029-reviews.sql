-- What a person decided about records that were set aside, and about payments that nobody decides any more.

-- Who, when and why, for ever.
create table reviews (
  account text not null references accounts,
  review text not null check (review like 'rev\_%'),
  decision text not null check (decision in ('released', 'rejected')),
  -- What it had waited for: the code of its records, or the payment's attention.
  waited_for text not null,
  device text not null,
  -- Null for records that are of no payment.
  payment text,
  decided_by text not null check (length(decided_by) between 1 and 200),
  note text not null check (length(note) <= 200),
  decided_ms bigint not null check (decided_ms >= 0),
  primary key (account, review),
  foreign key (account, device) references devices
);
create index reviews_newest on reviews (account, decided_ms desc);

-- The record stays as it came; a released one counts as in good order from then on, and none keeps its card.
alter table records add column review text;
alter table records add column decision text check (decision in ('released', 'rejected'));
alter table records add constraint records_review foreign key (account, review) references reviews;
alter table records add constraint only_a_parked_record_is_decided_on check (
  (decision is null) = (review is null)
  and (decision is null or (parked_code is not null and sealed is null))
);
create index records_waiting on records (account, device) where parked_code is not null and decision is null;
drop index records_forks;
create index records_forks on records (account, device) where parked_code = 'record_fork' and decision is null;

-- An accepted sale that a person closed as not paid.
alter table payments add column given_up_why text
  check (given_up_why in ('review_rejected', 'deferred_too_old', 'never_decided'));
alter table payments add column given_up_note text check (length(given_up_note) <= 200);
alter table payments add constraint given_up_says_why check ((given_up_why is null) = (given_up_note is null));
alter table payments add constraint what_is_given_up_is_not_paid
  check (given_up_why is null or status in ('declined', 'canceled'));
