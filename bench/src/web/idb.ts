/** The few promises around IndexedDB that hand-written queues need. */
export function openIdb(name: string, create: (database: IDBDatabase) => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.addEventListener('upgradeneeded', () => create(request.result))
  return resultOf(request)
}

export function resultOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('The request failed')))
  })
}

/** Resolves on `complete`: with strict durability that means on the disk. */
export function doneOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')))
  })
}

/** In large relaxed transactions, for preloading. */
export async function addAll(
  database: IDBDatabase,
  store: string,
  values: readonly unknown[],
): Promise<void> {
  for (let first = 0; first < values.length; first += VALUES_PER_TRANSACTION) {
    const transaction = database.transaction(store, 'readwrite', { durability: 'relaxed' })
    const finished = doneOf(transaction)
    for (const value of values.slice(first, first + VALUES_PER_TRANSACTION)) {
      transaction.objectStore(store).add(value)
    }
    await finished
  }
}

const VALUES_PER_TRANSACTION = 1_000

/**
 * Makes every readwrite transaction of this page strict, whatever it asks for; the answer takes it back. The only way
 * to force a library that names its durability itself.
 */
export function forceStrict(): () => void {
  const own = Object.getOwnPropertyDescriptor(IDBDatabase.prototype, 'transaction')
  const native: IDBDatabase['transaction'] = own?.value
  Object.defineProperty(IDBDatabase.prototype, 'transaction', {
    ...own,
    value(this: IDBDatabase, ...args: Parameters<IDBDatabase['transaction']>): IDBTransaction {
      const [stores, mode] = args
      return mode === 'readwrite'
        ? native.call(this, stores, mode, { durability: 'strict' })
        : native.call(this, ...args)
    },
  })
  return () => {
    if (own !== undefined) Object.defineProperty(IDBDatabase.prototype, 'transaction', own)
  }
}
