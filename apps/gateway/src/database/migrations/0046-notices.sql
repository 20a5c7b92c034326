-- What the operator of the gateway announces to all its accounts: planned maintenance and incidents. Times are Unix
-- milliseconds. They belong to no account, so they are the only business rows whose keys do not begin with one.

create table notices (
  notice text primary key check (notice like 'ntc\_%'),
  kind text not null check (kind in ('maintenance', 'incident')),
  state text not null,
  touches text[] not null check (
    cardinality(touches) >= 1 and touches <@ array['gateway', 'database', 'acquirer_link']
  ),
  -- Where the window begins, or when the incident began.
  starts_ms bigint not null check (starts_ms >= 0),
  -- Where the window ends.
  ends_ms bigint check (ends_ms > starts_ms),
  -- Of its last change, which for what is over is its end.
  changed_ms bigint not null check (changed_ms >= 0),
  constraint only_maintenance_has_a_window check ((kind = 'maintenance') = (ends_ms is not null)),
  constraint each_kind_has_its_states check (
    case kind
      when 'maintenance' then state in ('planned', 'running', 'ended', 'withdrawn')
      else state in ('investigating', 'monitoring', 'resolved', 'withdrawn')
    end
  ),
  constraint an_incident_has_begun check (kind = 'maintenance' or starts_ms <= changed_ms)
);
create index notices_newest on notices (changed_ms desc);
create index notices_due on notices (starts_ms) where state in ('planned', 'running');

-- What was said of each, in order, and how far it was told.
create table notice_changes (
  notice text not null references notices,
  number integer not null check (number >= 1),
  word text not null check (word in ('planned', 'started', 'updated', 'ended', 'withdrawn')),
  at_ms bigint not null check (at_ms >= 0),
  -- As the operator wrote it, in one language or more; none where the clock did it.
  text_en text check (length(text_en) between 1 and 1000),
  text_fr text check (length(text_fr) between 1 and 1000),
  text_es text check (length(text_es) between 1 and 1000),
  -- Accounts up to and with this one have been told, in their order; all of them since `told_ms`.
  told_to text not null default '',
  told_ms bigint,
  primary key (notice, number),
  constraint the_first_word_announces check (number > 1 or word in ('planned', 'started')),
  constraint an_announcement_says_something check (number > 1 or num_nonnulls(text_en, text_fr, text_es) >= 1)
);
create index notice_changes_untold on notice_changes (at_ms, notice, number) where told_ms is null;

alter table mails drop constraint mails_kind_check;
alter table mails add constraint mails_kind_check check (
  kind in ('receipt_stored', 'receipt', 'payment_declined', 'webhook_disabled', 'notice')
);
