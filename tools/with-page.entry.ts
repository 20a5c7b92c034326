/** A page's module for the test of `openPage`: one strictly durable value in IndexedDB. */
export async function save(value: string): Promise<void> {
  const database = await open()
  const transaction = database.transaction('values', 'readwrite', { durability: 'strict' })
  transaction.objectStore('values').put(value, 'only')
  await new Promise((resolve, reject) => {
    transaction.addEventListener('complete', resolve)
    transaction.addEventListener('abort', () => reject(transaction.error))
  })
}

export async function load(): Promise<unknown> {
  const database = await open()
  return result(database.transaction('values').objectStore('values').get('only'))
}

export function isSecure(): boolean {
  return isSecureContext
}

export function fail(message: string): never {
  throw new Error(message)
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open('with-page')
  request.addEventListener('upgradeneeded', () => request.result.createObjectStore('values'))
  return result(request)
}

function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error))
  })
}
