import {
  DamagedHead,
  type JournalChange,
  type JournalHead,
  type JournalStore,
  MediumFull,
  type PaymentQuery,
  type StoredRecord,
} from '../journal/journal-store.ts'
import { parseHead } from '../journal/parse-head.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { indexedDbCopies } from './indexed-db-copies.ts'
import { allOf, done, openDatabase, resultOf } from './indexed-db.ts'

/**
 * The journal in IndexedDB. A commit is one readwrite transaction with strict durability that reads the head, compares
 * and writes; it is answered on `complete` only, since a transaction may still abort after its last request succeeded.
 * A newer version of the app that wants to upgrade closes this connection; every later call is then refused.
 * `freeBytes` tells what the browser still lets this page store: a sale is refused before its card is read while that is
 * less than what closing the sales in hand may take.
 */
export async function openIndexedDbJournalStore(
  databaseName: string,
  { freeBytes = estimatedFreeBytes }: { readonly freeBytes?: () => Promise<number> } = {},
): Promise<JournalStore> {
  const database = await openDatabase(databaseName, STORE_VERSION, createStores)

  let checkedMs = -ROOM_CHECK_PERIOD_MS

  function read(name: StoreName): IDBObjectStore {
    return database.transaction(name, 'readonly').objectStore(name)
  }

  /** One durable transaction; it is undone when anything in it throws. */
  async function transact<Value>(task: (transaction: IDBTransaction) => Promise<Value>): Promise<Value> {
    const transaction = database.transaction(STORE_NAMES, 'readwrite', { durability: 'strict' })
    const finished = done(transaction)
    try {
      const result = await task(transaction)
      transaction.commit()
      await finished
      return result
    } catch (error) {
      abort(transaction)
      const ended = await finished.catch((reason: unknown) => reason)
      throw isFull(error) || isFull(ended) ? new MediumFull(error) : error
    }
  }

  /** Asked now and then only: the answer costs more than a commit. */
  async function demandRoom(): Promise<void> {
    const nowMs = performance.now()
    if (nowMs - checkedMs < ROOM_CHECK_PERIOD_MS) return
    if ((await freeBytes()) < ROOM_BYTES) throw new MediumFull()
    checkedMs = nowMs
  }

  return {
    async head() {
      const head: unknown = await resultOf(read('head').get(HEAD_KEY))
      return head === undefined ? null : parseHead(head)
    },

    async commit(expectedVersion, change) {
      if (change.opensSale === true) await demandRoom()
      try {
        return await transact((transaction) => write(transaction, expectedVersion, change))
      } catch (error) {
        if (error instanceof HeadMoved) return 'head_moved'
        throw error
      }
    },

    repairHead: (head) =>
      transact(async (transaction) => {
        const store = transaction.objectStore('head')
        const stored: unknown = await resultOf(store.get(HEAD_KEY))
        if (stored === undefined || isReadable(stored)) return 'head_moved'
        store.put({ ...head, version: versionOf(stored) + 1 }, HEAD_KEY)
        return 'committed'
      }),

    erase: () =>
      transact(async (transaction) => {
        for (const name of STORE_NAMES) transaction.objectStore(name).clear()
      }),

    copies: indexedDbCopies(() => read('copies'), transact),

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

const STORE_VERSION = 3
const STORE_NAMES = ['head', 'records', 'payments', 'kept', 'copies'] as const
type StoreName = (typeof STORE_NAMES)[number]
const HEAD_KEY = 'head'
const BY_STATE = 'by_state'
const BY_CARD = 'by_card'
/** What the sales in hand and the marks of a whole queue may take. */
const ROOM_BYTES = 8 * 1_048_576
const ROOM_CHECK_PERIOD_MS = 5_000

/** Adds what the versions since `from` have brought; what is stored stays (P8). 0 stands for a new database. */
function createStores(database: IDBDatabase, from: number, transaction: IDBTransaction): void {
  if (from < 1) {
    database.createObjectStore('head')
    database.createObjectStore('records', { keyPath: 'seq' })
    database
      .createObjectStore('payments', { keyPath: 'paymentId' })
      .createIndex(BY_STATE, ['state', 'paymentId'])
    database.createObjectStore('kept')
  }
  if (from < 2) database.createObjectStore('copies', { keyPath: 'hash' }).createIndex('waiting', 'order')
  if (from < 3) {
    // Nobody asked by hash, and every record paid for it.
    const records = transaction.objectStore('records')
    if (records.indexNames.contains('by_hash')) records.deleteIndex('by_hash')
    // A payment without a card is not in it.
    const byCard = ['card.fingerprint', 'state', 'acceptedMs']
    transaction.objectStore('payments').createIndex(BY_CARD, byCard)
    transaction.objectStore('kept').delete(IDBKeyRange.bound('card-uses/', 'card-uses/\uffff'))
  }
}

/** Infinite where the browser does not tell. */
async function estimatedFreeBytes(): Promise<number> {
  const { quota, usage } = await navigator.storage.estimate()
  return quota === undefined ? Number.POSITIVE_INFINITY : quota - (usage ?? 0)
}

function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError'
}

function isReadable(stored: unknown): boolean {
  try {
    parseHead(stored)
    return true
  } catch (error) {
    if (error instanceof DamagedHead) return false
    throw error
  }
}

/** What is left of a damaged head; a commit that another tab prepared over it must not fit the repaired one. */
function versionOf(stored: unknown): number {
  const version = typeof stored === 'object' && stored !== null && 'version' in stored ? stored.version : 0
  return typeof version === 'number' && Number.isSafeInteger(version) ? version : 1_000_000_000
}

/**
 * Nothing but requests of this transaction is awaited in here: anything else would let it commit half-way. What is
 * written is on its way before the head has answered, which spares one turn between page and disk; over another head
 * all of it is undone.
 */
async function write(
  transaction: IDBTransaction,
  expectedVersion: number,
  change: JournalChange,
): Promise<'committed'> {
  const store = (name: StoreName) => transaction.objectStore(name)
  const stored = resultOf<JournalHead | undefined>(store('head').get(HEAD_KEY))
  store('head').put(change.head, HEAD_KEY)
  for (const record of change.append) store('records').add(record)
  for (const payment of change.payments) store('payments').put(payment)
  for (const [name, text] of Object.entries(change.values)) {
    if (text === null) store('kept').delete(name)
    else store('kept').put(text, name)
  }
  for (const seq of change.prune?.seqs ?? []) store('records').delete(seq)
  for (const id of change.prune?.paymentIds ?? []) store('payments').delete(id)
  if (((await stored)?.version ?? 0) !== expectedVersion) throw new HeadMoved()
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

/** Undoes the transaction. */
class HeadMoved extends Error {}

async function selectPayments(store: IDBObjectStore, query: PaymentQuery): Promise<StoredPayment[]> {
  const { limit, beforeId, states, card } = query
  if (states === undefined) {
    const range = beforeId === undefined ? null : IDBKeyRange.upperBound(beforeId, true)
    return allOf(store.openCursor(range, 'prev'), limit)
  }
  if (card !== undefined) {
    const found = await Promise.all(
      states.map((state) => {
        const first = [card.fingerprint, state, card.sinceMs]
        const range = IDBKeyRange.bound(first, [card.fingerprint, state, Number.POSITIVE_INFINITY])
        return resultOf<StoredPayment[]>(store.index(BY_CARD).getAll(range, limit))
      }),
    )
    const rows = found.flat()
    return newestFirst(beforeId === undefined ? rows : rows.filter((row) => row.paymentId < beforeId), limit)
  }
  const pages: StoredPayment[] = []
  for (const state of states) {
    // Behind every id of this state, or behind the one that pages on.
    const upper = beforeId === undefined ? [state, []] : [state, beforeId]
    const range = IDBKeyRange.bound([state], upper, false, true)
    pages.push(...(await allOf<StoredPayment>(store.index(BY_STATE).openCursor(range, 'prev'), limit)))
  }
  return newestFirst(pages, limit)
}

function newestFirst(payments: readonly StoredPayment[], limit: number): StoredPayment[] {
  return payments.toSorted((a, b) => (a.paymentId < b.paymentId ? 1 : -1)).slice(0, limit)
}

function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort()
  } catch {
    // It has ended by itself.
  }
}
