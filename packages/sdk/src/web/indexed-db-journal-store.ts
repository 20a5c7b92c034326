import type {
  JournalChange,
  JournalHead,
  JournalStore,
  PaymentQuery,
  StoredRecord,
} from '../journal/journal-store.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { allOf, done, openDatabase, resultOf } from './indexed-db.ts'

/**
 * The journal in IndexedDB. A commit is one readwrite transaction with strict durability that reads the head, compares
 * and writes; it is answered on `complete` only, since a transaction may still abort after its last request succeeded.
 * A newer version of the app that wants to upgrade closes this connection; every later call is then refused.
 */
export async function openIndexedDbJournalStore(databaseName: string): Promise<JournalStore> {
  const database = await openDatabase(databaseName, STORE_VERSION, createStores)

  function read(name: StoreName): IDBObjectStore {
    return database.transaction(name, 'readonly').objectStore(name)
  }

  return {
    async head() {
      const head: JournalHead | undefined = await resultOf(read('head').get(HEAD_KEY))
      return head ?? null
    },

    async commit(expectedVersion, change) {
      const transaction = database.transaction(STORE_NAMES, 'readwrite', { durability: 'strict' })
      const finished = done(transaction)
      try {
        const result = await write(transaction, expectedVersion, change)
        transaction.commit()
        await finished
        return result
      } catch (error) {
        abort(transaction)
        await finished.catch(() => null)
        throw error
      }
    },

    records({ afterSeq, limit }) {
      return resultOf(read('records').getAll(IDBKeyRange.lowerBound(afterSeq, true), limit))
    },

    payments: (query) => selectPayments(read('payments'), query),

    async payment(paymentId) {
      const payment: StoredPayment | undefined = await resultOf(read('payments').get(paymentId))
      return payment ?? null
    },

    async value(name) {
      const text: string | undefined = await resultOf(read('kept').get(name))
      return text ?? null
    },

    async close() {
      database.close()
    },
  }
}

const STORE_VERSION = 1
const STORE_NAMES = ['head', 'records', 'payments', 'kept'] as const
type StoreName = (typeof STORE_NAMES)[number]
const HEAD_KEY = 'head'
const BY_STATE = 'by_state'

function createStores(database: IDBDatabase): void {
  database.createObjectStore('head')
  database.createObjectStore('records', { keyPath: 'seq' }).createIndex('by_hash', 'hash', { unique: true })
  database
    .createObjectStore('payments', { keyPath: 'paymentId' })
    .createIndex(BY_STATE, ['state', 'paymentId'])
  database.createObjectStore('kept')
}

/** Nothing but requests of this transaction is awaited in here: anything else would let it commit half-way. */
async function write(
  transaction: IDBTransaction,
  expectedVersion: number,
  change: JournalChange,
): Promise<'committed' | 'head_moved'> {
  const store = (name: StoreName) => transaction.objectStore(name)
  const head: JournalHead | undefined = await resultOf(store('head').get(HEAD_KEY))
  if ((head?.version ?? 0) !== expectedVersion) return 'head_moved'
  store('head').put(change.head, HEAD_KEY)
  for (const record of change.append) store('records').add(record)
  for (const payment of change.payments) store('payments').put(payment)
  for (const [name, text] of Object.entries(change.values)) {
    if (text === null) store('kept').delete(name)
    else store('kept').put(text, name)
  }
  const verdicts = new Map(change.verdicts.map(({ seq, verdict }) => [seq, verdict]))
  const erase = new Set(change.erase)
  for (const seq of new Set([...verdicts.keys(), ...erase])) {
    const record: StoredRecord | undefined = await resultOf(store('records').get(seq))
    if (record === undefined) continue
    const wire = erase.has(seq) ? { ...record.wire, sealed: null } : record.wire
    store('records').put({ ...record, wire, verdict: verdicts.get(seq) ?? record.verdict })
  }
  return 'committed'
}

async function selectPayments(store: IDBObjectStore, query: PaymentQuery): Promise<StoredPayment[]> {
  const { limit, beforeId, states } = query
  if (states === undefined) {
    const range = beforeId === undefined ? null : IDBKeyRange.upperBound(beforeId, true)
    return allOf(store.openCursor(range, 'prev'), limit)
  }
  const pages: StoredPayment[] = []
  for (const state of states) {
    // Behind every id of this state, or behind the one that pages on.
    const upper = beforeId === undefined ? [state, []] : [state, beforeId]
    const range = IDBKeyRange.bound([state], upper, false, true)
    pages.push(...(await allOf<StoredPayment>(store.index(BY_STATE).openCursor(range, 'prev'), limit)))
  }
  return pages.toSorted((a, b) => (a.paymentId < b.paymentId ? 1 : -1)).slice(0, limit)
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It has ended by itself.
  }
}
