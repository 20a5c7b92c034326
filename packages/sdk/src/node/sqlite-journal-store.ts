import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type {
  JournalChange,
  JournalHead,
  JournalStore,
  PaymentQuery,
  RecordVerdict,
  StoredRecord,
} from '../journal/journal-store.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'

/**
 * The journal in one SQLite file. WAL with synchronous=FULL: one fsync per commit, before it is answered.
 *
 * After an I/O error nothing is known of what the disk holds (a failed fsync leaves clean-looking pages), so the store
 * takes no more writes and tells no more heads; what is stored can still be read and forwarded.
 */
export function openSqliteJournalStore(file: string): JournalStore {
  const database = openDatabase(file)
  const statements = new Map<string, StatementSync>()
  let broken = false

  function prepare(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }

  function write(expectedVersion: number, change: JournalChange): 'committed' | 'head_moved' {
    const { head } = change
    const json = JSON.stringify(head)
    const moved =
      expectedVersion === 0
        ? prepare('insert into head (id, version, json) values (1, ?, ?) on conflict do nothing').run(
            head.version,
            json,
          )
        : prepare('update head set version = ?, json = ? where id = 1 and version = ?').run(
            head.version,
            json,
            expectedVersion,
          )
    if (moved.changes !== 1) return 'head_moved'
    for (const { seq, hash, wire } of change.append) {
      prepare(
        'insert into records (seq, hash, header, signature, sealed, contact) values (?, ?, ?, ?, ?, ?)',
      ).run(seq, hash, wire.header, wire.signature, wire.sealed, wire.contact)
    }
    for (const payment of change.payments) {
      prepare(
        `insert into payments (id, state, json) values (?, ?, ?)
         on conflict (id) do update set state = excluded.state, json = excluded.json`,
      ).run(payment.paymentId, payment.state, JSON.stringify(payment))
    }
    for (const { seq, verdict } of change.verdicts) {
      prepare('update records set verdict = ?, code = ? where seq = ?').run(
        verdict.verdict,
        verdict.code,
        seq,
      )
    }
    for (const seq of change.erase) prepare('update records set sealed = null where seq = ?').run(seq)
    for (const [name, text] of Object.entries(change.values)) {
      if (text === null) prepare('delete from kept where name = ?').run(name)
      else {
        prepare(
          'insert into kept (name, text) values (?, ?) on conflict (name) do update set text = excluded.text',
        ).run(name, text)
      }
    }
    return 'committed'
  }

  // Every method is async, so that a throw of SQLite is a rejection like any other store's.
  return {
    async head() {
      if (broken) throw new Error('The journal file had an I/O error')
      const row = prepare('select json from head where id = 1').get()
      return row === undefined ? null : (parseJsonText(row['json']) as JournalHead)
    },

    async commit(expectedVersion, change) {
      if (broken) throw new Error('The journal file had an I/O error')
      try {
        // Takes the write lock first: two processes that race for the head wait here, and the second one finds it moved.
        database.exec('begin immediate')
        const result = write(expectedVersion, change)
        database.exec(result === 'committed' ? 'commit' : 'rollback')
        return result
      } catch (error) {
        broken ||= isIoError(error)
        if (database.isTransaction) database.exec('rollback')
        throw error
      }
    },

    async records({ afterSeq, limit }) {
      const rows = prepare(
        `select seq, hash, header, signature, sealed, contact, verdict, code
         from records where seq > ? order by seq limit ?`,
      ).all(afterSeq, limit)
      return rows.map(recordOf)
    },

    async payments(query) {
      return selectPayments(prepare, query).map((row) => parseJsonText(row['json']) as StoredPayment)
    },

    async payment(paymentId) {
      const row = prepare('select json from payments where id = ?').get(paymentId)
      return row === undefined ? null : (parseJsonText(row['json']) as StoredPayment)
    },

    async value(name) {
      const text = prepare('select text from kept where name = ?').get(name)?.['text']
      return typeof text === 'string' ? text : null
    },

    async close() {
      statements.clear()
      if (database.isOpen) database.close()
    },
  }
}

const STORE_VERSION = 1
const IN_MEMORY = ':memory:'
const BUSY_TIMEOUT_MS = 5_000
const SQLITE_IOERR = 10

const SCHEMA = `
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
  pragma user_version = ${STORE_VERSION};
`

function openDatabase(file: string): DatabaseSync {
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
    if (version === 0) database.exec(SCHEMA)
    database.exec('commit')
  } catch (error) {
    database.close()
    throw error
  }
  if (isNew) syncDirectory(directory)
  return database
}

/** A file whose directory entry is not on the disk is not there after a power cut. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

type Row = Record<string, unknown>

function selectPayments(prepare: (sql: string) => StatementSync, query: PaymentQuery): Row[] {
  const { limit, beforeId, states } = query
  const conditions: string[] = []
  const values: (string | number)[] = []
  if (beforeId !== undefined) {
    conditions.push('id < ?')
    values.push(beforeId)
  }
  if (states !== undefined) {
    conditions.push(`state in (${states.map(() => '?').join(', ')})`)
    values.push(...states)
  }
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  return prepare(`select json from payments ${where} order by id desc limit ?`).all(...values, limit)
}

function recordOf(row: Row): StoredRecord {
  const verdict = row['verdict']
  const settled: RecordVerdict | null =
    verdict === 'received' || verdict === 'parked' ? { verdict, code: textOrNull(row['code']) } : null
  const wire = {
    header: String(row['header']),
    signature: String(row['signature']),
    sealed: textOrNull(row['sealed']),
    contact: textOrNull(row['contact']),
  }
  return { seq: Number(row['seq']), hash: String(row['hash']), wire, verdict: settled }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** What comes out is of the type that this store, and nobody else, wrote: callers say which. */
function parseJsonText(json: unknown): unknown {
  return JSON.parse(String(json))
}

function isIoError(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_IOERR
}
