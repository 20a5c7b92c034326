import { existsSync } from 'node:fs'
import type { StatementSync } from 'node:sqlite'
import {
  DamagedHead,
  type JournalChange,
  type JournalStore,
  MediumFull,
  type PaymentQuery,
  type RecordVerdict,
  type StoredRecord,
} from '../journal/journal-store.ts'
import { parseHead } from '../journal/parse-head.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { newestOf, renewSqliteFile, successorOf } from './renew-sqlite-file.ts'
import { NO_RESERVE, RESERVE_BYTES, reserveFile } from './reserve-file.ts'
import { sqliteCopies } from './sqlite-copies.ts'
import { IN_MEMORY, openSqliteFile } from './sqlite-file.ts'

/**
 * The journal in one SQLite file. WAL with synchronous=FULL: one fsync per commit, before it is answered.
 *
 * After an I/O error nothing is known of what the disk holds (a failed fsync leaves clean-looking pages), so the store
 * takes no more writes and tells no more heads; what is stored can still be read and forwarded. `renew` goes on in a new
 * file. A disk that is full refuses the next sale first: what closes one has the reserve.
 */
export function openSqliteJournalStore(
  file: string,
  { reserveBytes = RESERVE_BYTES }: { readonly reserveBytes?: number } = {},
): JournalStore {
  let current = openSqliteFile(file === IN_MEMORY ? file : newestOf(file))
  const reserve = file === IN_MEMORY ? NO_RESERVE : reserveFile(`${file}.reserve`, reserveBytes)
  reserve.ensure()
  let broken = false

  const prepare = (sql: string): StatementSync => current.prepare(sql)

  /** One durable transaction; it is rolled back when `task` answers `undo`, and when anything throws. */
  function transact<Value>(task: () => Value, undo?: Value): Value {
    if (broken) throw new Error('The journal file had an I/O error')
    const { database } = current
    try {
      // Takes the write lock first: two processes that race for the head wait here, and the second one finds it moved.
      database.exec('begin immediate')
      if (current.file !== IN_MEMORY && existsSync(successorOf(current.file))) {
        broken = true
        throw new Error('The journal has gone on in another file')
      }
      const result = task()
      database.exec(undo !== undefined && result === undo ? 'rollback' : 'commit')
      return result
    } catch (error) {
      broken ||= codeOf(error) === SQLITE_IOERR
      if (database.isTransaction) database.exec('rollback')
      throw error
    }
  }

  /** The side file goes into the journal and gives its space back; most of its pages are older than what is there. */
  function foldSideFile(): void {
    try {
      current.database.exec('pragma wal_checkpoint(truncate)')
    } catch {
      // Another process reads, or there is not even room for this: the next try tells.
    }
  }

  /** What closes a sale may have the reserve. */
  function transactAtAnyCost<Value>(task: () => Value, undo?: Value): Value {
    try {
      return transact(task, undo)
    } catch (error) {
      if (codeOf(error) !== SQLITE_FULL) throw error
      reserve.free()
      foldSideFile()
    }
    try {
      return transact(task, undo)
    } catch (error) {
      throw codeOf(error) === SQLITE_FULL ? new MediumFull(error) : error
    }
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
        `insert into payments (id, state, json, card, accepted_ms) values (?, ?, ?, ?, ?)
         on conflict (id) do update set state = excluded.state, json = excluded.json,
           card = excluded.card, accepted_ms = excluded.accepted_ms`,
      ).run(payment.paymentId, payment.state, JSON.stringify(payment), ...cardOf(payment))
    }
    for (const { seq, verdict } of change.verdicts) {
      prepare('update records set verdict = ?, code = ? where seq = ?').run(
        verdict.verdict,
        verdict.code,
        seq,
      )
    }
    for (const seq of change.prune?.seqs ?? []) prepare('delete from records where seq = ?').run(seq)
    for (const id of change.prune?.paymentIds ?? []) prepare('delete from payments where id = ?').run(id)
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
      return row === undefined ? null : parseHead(row['json'])
    },

    async commit(expectedVersion, change) {
      const task = () => write(expectedVersion, change)
      if (change.opensSale !== true) return transactAtAnyCost(task, 'head_moved')
      if (!reserve.ensure()) throw new MediumFull()
      try {
        return transact(task, 'head_moved')
      } catch (error) {
        throw codeOf(error) === SQLITE_FULL ? new MediumFull(error) : error
      }
    },

    async repairHead(head) {
      return transactAtAnyCost(() => {
        const row = prepare('select version, json from head where id = 1').get()
        if (row === undefined || isReadable(row['json'])) return 'head_moved'
        const version = Number(row['version']) + 1
        const json = JSON.stringify({ ...head, version })
        prepare('update head set version = ?, json = ? where id = 1').run(version, json)
        return 'committed'
      }, 'head_moved')
    },

    async renew() {
      if (current.file === IN_MEMORY) return 'failed'
      const renewed = renewSqliteFile(current)
      if (renewed === null) return 'failed'
      current.close()
      current = renewed
      broken = false
      return 'renewed'
    },

    async erase() {
      transactAtAnyCost(() => {
        for (const table of ['head', 'records', 'payments', 'kept', 'copies'])
          prepare(`delete from ${table}`).run()
        return null
      })
    },

    copies: sqliteCopies(prepare, (task) => transactAtAnyCost(task)),

    async records({ afterSeq, limit }) {
      const rows = prepare(
        `select seq, hash, header, signature, sealed, contact, verdict, code
         from records where seq > ? order by seq limit ?`,
      ).all(afterSeq, limit)
      return rows.map(recordOf)
    },

    async payments(query) {
      return selectPayments(prepare, query).flatMap((row) => paymentOf(row) ?? [])
    },

    async payment(paymentId) {
      const row = prepare('select json from payments where id = ?').get(paymentId)
      return row === undefined ? null : paymentOf(row)
    },

    async value(name) {
      const text = prepare('select text from kept where name = ?').get(name)?.['text']
      return typeof text === 'string' ? text : null
    },

    async close() {
      current.close()
    },
  }
}

const SQLITE_FULL = 13
const SQLITE_IOERR = 10

type Row = Record<string, unknown>

function selectPayments(prepare: (sql: string) => StatementSync, query: PaymentQuery): Row[] {
  const { limit, beforeId, states, card } = query
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
  if (card !== undefined) {
    conditions.push('card = ? and accepted_ms >= ?')
    values.push(card.fingerprint, card.sinceMs)
  }
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  return prepare(`select json from payments ${where} order by id desc limit ?`).all(...values, limit)
}

/** By what the payments of one card are found. */
function cardOf(payment: StoredPayment): [string | null, number | null] {
  return 'card' in payment ? [payment.card.fingerprint, payment.acceptedMs] : [null, null]
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

/** Null for a row that was damaged: its records tell what it was, and the others are not to suffer for it. */
function paymentOf(row: Row): StoredPayment | null {
  try {
    return JSON.parse(String(row['json']))
  } catch {
    return null
  }
}

function isReadable(json: unknown): boolean {
  try {
    parseHead(json)
    return true
  } catch (error) {
    if (error instanceof DamagedHead) return false
    throw error
  }
}

/** SQLite's primary result code; null for what is not an error of SQLite. */
function codeOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : null
}
