-- What the gateway knows of its own backups, and every time that it was put back to one.

alter table settings
  -- What counts as durable beyond this gateway's own disk (MP12): nothing; a COMMIT, because a synchronous standby has it
  -- too; a verified backup.
  add column durable text not null default 'none' check (durable in ('none', 'commit', 'backup'));

-- Only backups that were read back from the disk and found whole.
create table gateway_backups (
  backup text primary key check (backup like 'bkp\_%'),
  -- The moment of the one snapshot that all of it was read from.
  taken_at_ms bigint not null check (taken_at_ms >= 0),
  verified_at_ms bigint not null check (verified_at_ms >= 0),
  generation integer not null check (generation >= 1),
  file_name text not null,
  bytes bigint not null check (bytes > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$')
);
create index gateway_backups_newest on gateway_backups (taken_at_ms desc);

-- Up to which of its records everything of a device is inside a verified backup, with the outcome of each payment: what
-- the device may forget. Never falls.
create table device_backups (
  account text not null,
  device text not null,
  safe_seq bigint not null check (safe_seq >= 0),
  taken_at_ms bigint not null check (taken_at_ms >= 0),
  primary key (account, device),
  foreign key (account, device) references devices
);

create table gateway_restores (
  id integer generated always as identity primary key,
  restored_at_ms bigint not null check (restored_at_ms >= 0),
  -- What happened after this moment is known to devices and acquirer only.
  backup_taken_at_ms bigint not null check (backup_taken_at_ms >= 0),
  from_generation integer not null check (from_generation >= 1),
  to_generation integer not null check (to_generation > from_generation)
);
