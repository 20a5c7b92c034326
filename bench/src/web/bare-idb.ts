import { type OpenQueue, timed } from '../queue/bench-queue.ts'
import { newPaymentRecord } from '../queue/payment-record.ts'
import { doneOf, openIdb, resultOf } from './idb.ts'

/** The limit of this browser: one put per transaction, nothing else. */
export function openBareIdb(durability: 'strict' | 'relaxed'): OpenQueue {
  return async ({ name }) => {
    const database = await openIdb(`${name}-bare`, (fresh) => fresh.createObjectStore('records'))
    const acknowledged: string[] = []
    return {
      acknowledged,
      async append() {
        const record = newPaymentRecord()
        const tookMs = await timed(async () => {
          const transaction = database.transaction('records', 'readwrite', { durability })
          const finished = doneOf(transaction)
          transaction.objectStore('records').put(record, record.id)
          await finished
        })
        acknowledged.push(record.id)
        return tookMs
      },
      async waiting() {
        const keys = await resultOf(database.transaction('records').objectStore('records').getAllKeys())
        return keys.map(String)
      },
      async close() {
        database.close()
      },
    }
  }
}
