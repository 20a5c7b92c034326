import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OpenQueue } from '../queue/bench-queue.ts'
import { newPaymentRecord, type PaymentRecord } from '../queue/payment-record.ts'
import { sendAll } from '../queue/send-record.ts'

/** What a careful developer writes in an afternoon: a table, WAL with synchronous=FULL, an idempotency key. */
export const openSqliteOutbox: OpenQueue = async ({ name, url }) => {
  mkdirSync(name, { recursive: true })
  const database = new DatabaseSync(path.join(name, 'outbox.sqlite'), { timeout: 5_000 })
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    create table if not exists outbox (
      position integer primary key,
      id text not null unique,
      body text not null
    ) strict`)
  const insert = database.prepare('insert into outbox (id, body) values (?, ?)')
  const oldest = database.prepare('select body from outbox order by position limit 1')
  const remove = database.prepare('delete from outbox where id = ?')
  const all = database.prepare('select id from outbox order by position')
  const acknowledged: string[] = []

  return {
    acknowledged,
    async append() {
      const record = newPaymentRecord()
      const startedMs = performance.now()
      insert.run(record.id, JSON.stringify(record))
      const tookMs = performance.now() - startedMs
      acknowledged.push(record.id)
      return tookMs
    },
    async preload(count) {
      database.exec('begin')
      for (let stored = 0; stored < count; stored += 1) {
        const record = newPaymentRecord()
        insert.run(record.id, JSON.stringify(record))
      }
      database.exec('commit')
    },
    async drain() {
      const next = async () => {
        const row = oldest.get()
        return row === undefined ? null : (JSON.parse(String(row['body'])) as PaymentRecord)
      }
      await sendAll(url, next, async ({ id }) => void remove.run(id))
    },
    async waiting() {
      return all.all().map((row) => String(row['id']))
    },
    async close() {
      database.close()
    },
  }
}
