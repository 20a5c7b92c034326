-- Who wants to be told of events, and what has been told to whom.

create table webhook_endpoints (
  account text not null references accounts,
  endpoint text not null check (endpoint like 'we\_%'),
  mode text not null check (mode in ('test', 'live')),
  url text not null check (length(url) <= 2000),
  description text check (length(description) <= 5000),
  -- Types of events, or '*' for all.
  enabled_events text[] not null check (cardinality(enabled_events) >= 1),
  metadata json not null,
  api_version text,
  status text not null check (status in ('enabled', 'disabled')),
  -- By its owner; because it answered 410; because it took nothing for days.
  disabled_because text check (disabled_because in ('owner', 'gone', 'failing')),
  -- Under the gateway's wrapping key. While it is being rotated both sign.
  wrapped_secret text not null,
  wrapped_former_secret text,
  former_secret_until_ms bigint,
  -- Failures in a row, over all deliveries.
  failures integer not null default 0 check (failures >= 0),
  failing_since_ms bigint,
  -- While it fails it is asked less often, and one delivery at a time.
  hold_until_ms bigint,
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, endpoint),
  constraint only_the_disabled_have_a_reason check ((status = 'disabled') = (disabled_because is not null)),
  constraint a_former_secret_has_an_end check ((wrapped_former_secret is null) = (former_secret_until_ms is null)),
  constraint failures_have_begun check ((failures = 0) = (failing_since_ms is null)),
  constraint only_the_failing_are_held check (hold_until_ms is null or failures > 0)
);

create table webhook_deliveries (
  account text not null,
  endpoint text not null,
  event text not null,
  state text not null check (state in ('pending', 'delivered', 'failed')),
  tries integer not null default 0 check (tries >= 0),
  due_ms bigint,
  -- One try of one process; free again when its time is over.
  claim text,
  claimed_until_ms bigint,
  last_status smallint,
  -- One of our own words, never what the other side said.
  last_error text,
  last_try_ms bigint,
  -- Of the first try or of its replay: how long it is tried counts from here.
  since_ms bigint not null check (since_ms >= 0),
  primary key (account, endpoint, event),
  foreign key (account, endpoint) references webhook_endpoints on delete cascade,
  foreign key (account, event) references events,
  constraint only_the_pending_are_due check ((state = 'pending') = (due_ms is not null)),
  constraint a_claim_has_a_lease check ((claim is null) = (claimed_until_ms is null)),
  constraint only_the_pending_are_claimed check (claim is null or state = 'pending')
);
create index webhook_deliveries_due on webhook_deliveries (account, endpoint, due_ms) where state = 'pending';
create index webhook_deliveries_event on webhook_deliveries (account, event);
