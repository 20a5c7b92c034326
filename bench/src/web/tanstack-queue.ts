import { createCollection, localOnlyCollectionOptions } from '@tanstack/db'
import { IndexedDBAdapter, startOfflineExecutor, type StorageAdapter } from '@tanstack/offline-transactions'
import { type OpenQueue, timed } from '../queue/bench-queue.ts'
import { newPaymentRecord, type PaymentRecord } from '../queue/payment-record.ts'
import { sendRecord } from '../queue/send-record.ts'
import { doneOf, openIdb, resultOf } from './idb.ts'

/**
 * @tanstack/offline-transactions with its own outbox, retry and replay. It has no promise for "stored": what counts here
 * is that its storage adapter has answered. `strict` gives it an adapter that waits for the disk.
 */
export function openTanstack({ strict }: { strict: boolean }): OpenQueue {
  return async ({ name, url }) => {
    const storage = watched(
      strict ? await strictAdapter(`${name}-tanstack`) : new IndexedDBAdapter(`${name}-tanstack`),
    )
    const link = switchedLink()
    const payments = createCollection(
      localOnlyCollectionOptions<PaymentRecord, string>({ id: name, getKey: ({ id }) => id }),
    )
    const executor = startOfflineExecutor({
      collections: { payments },
      storage: storage.adapter,
      onlineDetector: link.detector,
      mutationFns: {
        async send({ transaction }) {
          for (const { modified } of transaction.mutations) await sendRecord(url, recordOf(modified))
        },
      },
    })
    await executor.waitForInit()
    const acknowledged: string[] = []

    function insert(): string {
      const record = newPaymentRecord()
      const transaction = executor.createOfflineTransaction({ mutationFnName: 'send', autoCommit: false })
      transaction.mutate(() => void payments.insert(record))
      // Settles when the server has it, or never.
      transaction.commit().catch(() => undefined)
      return record.id
    }

    return {
      acknowledged,
      async append() {
        const stored = storage.nextStored()
        let id = ''
        const tookMs = await timed(async () => {
          id = insert()
          await stored
        })
        acknowledged.push(id)
        return tookMs
      },
      async drain() {
        link.goOnline()
        while (executor.getPendingCount() > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      },
      async waiting() {
        const transactions = await executor.peekOutbox()
        return transactions.flatMap(({ mutations }) => mutations.map(({ modified }) => recordOf(modified).id))
      },
      async close() {
        executor.dispose()
      },
    }
  }
}

/** What went in as a payment comes out as one. */
function recordOf(modified: object): PaymentRecord {
  return modified as PaymentRecord
}

function switchedLink() {
  const listeners = new Set<() => void>()
  let online = false
  return {
    detector: {
      subscribe(listener: () => void) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      notifyOnline: () => undefined,
      isOnline: () => online,
      dispose: () => undefined,
    },
    goOnline() {
      online = true
      for (const listener of listeners) listener()
    },
  }
}

function watched(inner: StorageAdapter) {
  let waiting: (() => void)[] = []
  const adapter: StorageAdapter = {
    get: (key) => inner.get(key),
    async set(key, value) {
      await inner.set(key, value)
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
    delete: (key) => inner.delete(key),
    keys: () => inner.keys(),
    clear: () => inner.clear(),
  }
  return { adapter, nextStored: () => new Promise<void>((resolve) => waiting.push(resolve)) }
}

async function strictAdapter(name: string): Promise<StorageAdapter> {
  const database = await openIdb(name, (fresh) => fresh.createObjectStore('transactions'))
  const read = () => database.transaction('transactions').objectStore('transactions')
  async function write(change: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = database.transaction('transactions', 'readwrite', { durability: 'strict' })
    const finished = doneOf(transaction)
    change(transaction.objectStore('transactions'))
    await finished
  }
  return {
    async get(key) {
      const text: string | undefined = await resultOf(read().get(key))
      return text ?? null
    },
    set: (key, value) => write((store) => void store.put(value, key)),
    delete: (key) => write((store) => void store.delete(key)),
    keys: async () => (await resultOf(read().getAllKeys())).map(String),
    clear: () => write((store) => void store.clear()),
  }
}
