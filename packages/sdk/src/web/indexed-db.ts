/** The few promises around IndexedDB that we need; each resolves or rejects exactly once. */

/**
 * Rejects when the database is of a newer version of the app, or when another tab does not make way for an upgrade.
 * Nothing is ever deleted to get it open.
 */
export function openDatabase(
  name: string,
  version: number,
  create: (database: IDBDatabase, from: number, transaction: IDBTransaction) => void,
): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version)
    let given = false
    request.addEventListener('upgradeneeded', ({ oldVersion }) => {
      if (request.transaction !== null) create(request.result, oldVersion, request.transaction)
    })
    request.addEventListener('blocked', () => {
      given = true
      reject(new Error(`${name} is open in another tab with an older version. Close that tab.`))
    })
    request.addEventListener('error', () => reject(request.error ?? new Error(`${name} cannot be opened`)))
    request.addEventListener('success', () => {
      const database = request.result
      // A newer version of the app waits for this connection to go: later calls are refused, nothing is lost.
      database.addEventListener('versionchange', () => database.close())
      if (given) database.close()
      else resolve(database)
    })
  })
}

export function resultOf<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('The request failed')))
  })
}

/** Resolves on `complete`, which with strict durability means: on the disk. */
export function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () =>
      reject(transaction.error ?? new Error('The transaction was aborted')),
    )
  })
}

/** The first `limit` values of a cursor. */
export function allOf<Value>(
  request: IDBRequest<IDBCursorWithValue | null>,
  limit: number,
): Promise<Value[]> {
  return new Promise((resolve, reject) => {
    const values: Value[] = []
    request.addEventListener('error', () => reject(request.error ?? new Error('The cursor failed')))
    request.addEventListener('success', () => {
      const cursor = request.result
      if (cursor !== null && values.length < limit) {
        values.push(cursor.value)
        cursor.continue()
      } else resolve(values)
    })
  })
}
