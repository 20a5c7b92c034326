import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** One open database with its prepared statements. */
export interface SqliteFile {
  readonly file: string
  readonly database: DatabaseSync
  prepare(sql: string): StatementSync
  close(): void
}

export const IN_MEMORY = ':memory:'
const STORE_VERSION = 4
const BUSY_TIMEOUT_MS = 5_000

/** What each version adds to the one before; a file of any older version is brought up in one transaction (P8). */
const SCHEMAS = [
  `
  create table head (
    id integer primary key check (id = 1),
    version integer not null check (version > 0),
    json text not null
  ) strict;
  create table records (
    seq integer primary key check (seq > 0),
    hash text not null unique,
    header text not null,
    signature text not null,
    sealed text,
    contact text,
    verdict text check (verdict in ('received', 'parked')),
    code text
  ) strict;
  create table payments (
    id text primary key,
    state text not null,
    json text not null
  ) strict, without rowid;
  create index payments_by_state on payments (state, id);
  create table kept (
    name text primary key,
    text text not null
  ) strict, without rowid;
`,
  `
  create table copies (
    hash text primary key,
    device text not null,
    seq integer not null,
    header text not null,
    signature text not null,
    sealed text,
    contact text,
    verdict text check (verdict in ('received', 'parked')),
    code text
  ) strict;
  create index copies_waiting on copies (device, seq) where verdict is null;
`,
  `
  alter table payments add column card text;
  alter table payments add column accepted_ms integer;
  update payments set card = json ->> '$.card.fingerprint', accepted_ms = json ->> '$.acceptedMs'
    where json_valid(json);
  create index payments_by_card on payments (card, state, accepted_ms) where card is not null;
  delete from kept where name like 'card-uses/%';
`,
  `
  alter table copies add column mark_generation integer;
  alter table copies add column mark_seq integer;
  alter table copies add column mark_ms integer;
`,
]

/** Opens or makes the file, WAL with synchronous=FULL. A file of a newer version is refused and left as it is. */
export function openSqliteFile(file: string): SqliteFile {
  const directory = path.dirname(file)
  if (file !== IN_MEMORY) mkdirSync(directory, { recursive: true, mode: 0o700 })
  const isNew = file !== IN_MEMORY && !existsSync(file)
  // Created here so that nobody but its owner may ever read it; SQLite gives its side files the same mode.
  if (isNew) closeSync(openSync(file, 'a', 0o600))
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma secure_delete = on')
    database.exec('begin immediate')
    const version = Number(database.prepare('pragma user_version').get()?.['user_version'])
    if (version > STORE_VERSION) {
      throw new Error(
        `The journal was written by a newer version (${version}). Nothing was changed; update this app.`,
      )
    }
    for (const schema of SCHEMAS.slice(version)) database.exec(schema)
    if (version < STORE_VERSION) database.exec(`pragma user_version = ${STORE_VERSION}`)
    database.exec('commit')
  } catch (error) {
    database.close()
    throw error
  }
  if (isNew) syncPath(directory)
  const statements = new Map<string, StatementSync>()
  return {
    file,
    database,
    prepare(sql) {
      const known = statements.get(sql)
      if (known !== undefined) return known
      const statement = database.prepare(sql)
      statements.set(sql, statement)
      return statement
    },
    close() {
      statements.clear()
      if (database.isOpen) database.close()
    },
  }
}

/** A file whose directory entry is not on the disk is not there after a power cut. */
export function syncPath(fileOrDirectory: string): void {
  const handle = openSync(fileOrDirectory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
