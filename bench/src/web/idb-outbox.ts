import { type OpenQueue, timed } from '../queue/bench-queue.ts'
import { newPaymentRecord, type PaymentRecord } from '../queue/payment-record.ts'
import { sendAll } from '../queue/send-record.ts'
import { addAll, doneOf, openIdb, resultOf } from './idb.ts'

/** What a careful developer writes in an afternoon: an object store, strict, done on `complete`, an idempotency key. */
export const openIdbOutbox: OpenQueue = async ({ name, url }) => {
  const database = await openIdb(`${name}-outbox`, (fresh) => {
    const outbox = fresh.createObjectStore('outbox', { keyPath: 'position', autoIncrement: true })
    outbox.createIndex('by_id', 'id', { unique: true })
  })
  const read = () => database.transaction('outbox').objectStore('outbox')
  const acknowledged: string[] = []

  async function write(change: (outbox: IDBObjectStore) => void): Promise<void> {
    const transaction = database.transaction('outbox', 'readwrite', { durability: 'strict' })
    const finished = doneOf(transaction)
    change(transaction.objectStore('outbox'))
    await finished
  }

  return {
    acknowledged,
    async append() {
      const record = newPaymentRecord()
      const tookMs = await timed(() => write((outbox) => void outbox.add(record)))
      acknowledged.push(record.id)
      return tookMs
    },
    preload: (count) => addAll(database, 'outbox', Array.from({ length: count }, newPaymentRecord)),
    async drain() {
      type Row = PaymentRecord & { readonly position: number }
      let position = 0
      const next = async () => {
        const [row]: Row[] = await resultOf(read().getAll(null, 1))
        position = row?.position ?? 0
        return row ?? null
      }
      await sendAll(url, next, () => write((outbox) => void outbox.delete(position)))
    },
    async waiting() {
      const rows: PaymentRecord[] = await resultOf(read().getAll())
      return rows.map(({ id }) => id)
    },
    async close() {
      database.close()
    },
  }
}
