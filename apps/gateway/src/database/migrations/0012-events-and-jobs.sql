-- breaking

-- The outbox tells of any object, and the work that follows from a cause is written down with it.

alter table events rename column payment to object_id;
alter table events
  add column mode text check (mode in ('test', 'live')),
  -- What kind of thing it is about, in the words of the Stripe dialect.
  add column object text not null default 'payment_intent',
  -- Where it is easy to tell: what the changed fields were before.
  add column previous_attributes json,
  -- The object as it was when the publisher came by, soon after the cause; endpoints and readers all get this one.
  add column snapshot json,
  add column published_ms bigint;
update events e set mode = coalesce(
  (select p.mode from payments p where p.account = e.account and p.payment = e.object_id), 'test');
alter table events
  alter column mode set not null,
  alter column object drop default,
  add constraint what_was_published_can_be_shown check ((snapshot is null) = (published_ms is null));
create index events_unpublished on events (position) where published_ms is null;
create index events_newest on events (account, mode, created_ms desc, event desc);

-- Work that has to be done at least once: mails, cut-offs, reminders. Added in the transaction of its cause.
create table jobs (
  account text not null references accounts,
  job text not null check (job like 'job\_%'),
  kind text not null check (length(kind) between 1 and 100),
  -- At most one job of an account, kind and key waits; null for a job of its own.
  key text,
  payload json not null,
  run_at_ms bigint not null,
  failures integer not null default 0 check (failures >= 0),
  -- Since when it has only failed; its message may name no card and no person.
  failing_since_ms bigint,
  last_error text,
  -- Raised by whoever takes it and by whoever asks for it again: only the newest word may end it.
  version integer not null default 1 check (version >= 1),
  -- One claim of one process.
  owner text,
  owned_until_ms bigint,
  -- Given up: a human has to look.
  parked_ms bigint,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, job),
  constraint failures_have_begun check ((failures = 0) = (failing_since_ms is null)),
  constraint an_owner_has_a_lease check ((owner is null) = (owned_until_ms is null)),
  constraint nobody_works_on_what_is_parked check (parked_ms is null or owner is null)
);
create unique index jobs_key on jobs (account, kind, key) where key is not null and parked_ms is null;
create index jobs_due on jobs (run_at_ms) where parked_ms is null;
