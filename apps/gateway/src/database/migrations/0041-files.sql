-- What merchants upload: evidence for disputes. Small and few, so they lie with everything else and are in every backup.
create table files (
  account text not null references accounts,
  file text not null check (file like 'file\_%'),
  mode text not null check (mode in ('test', 'live')),
  purpose text not null check (purpose = 'dispute_evidence'),
  filename text check (length(filename) between 1 and 200),
  -- What its first bytes say.
  type text not null check (type in ('pdf', 'jpg', 'png')),
  content bytea not null check (length(content) between 1 and 5242880),
  created_ms bigint not null check (created_ms >= 0),
  primary key (account, file)
);
create index files_newest on files (account, mode, created_ms desc, file desc);
