import { done, openDatabase } from './indexed-db.ts'

/**
 * Moves everything that this origin has in IndexedDB out of the write log of its last run. To be called before anything
 * else is written.
 *
 * A kill can leave half a record at the end of LevelDB's log. LevelDB skips it at the next start, yet Chromium has it go
 * on in the same log: what is written then stands behind half a record, the start after that finds a checksum that does
 * not fit, and Chromium answers corruption by deleting every database of the origin (google/leveldb#1287; seen in
 * Chromium 153). A page cannot close a log, but it can fill it: at the size of LevelDB's memory buffer a new log is begun
 * and the content of the old one becomes a table. The second filling waits until the first one has arrived there.
 *
 * A precaution: it rejects where there is no room, and then nothing is worse than before. Nothing of it stays.
 */
export async function retireWriteLog(databaseName: string): Promise<void> {
  const database = await openDatabase(databaseName, 1, (fresh) => fresh.createObjectStore('filling'))
  try {
    for (let filled = 0; filled < 2; filled += 1) await fill(database)
  } finally {
    database.close()
  }
}

/** Chromium alone tells its name this way, and it alone needs this. */
export function keepsTornLogs(): boolean {
  return 'userAgentData' in navigator
}

async function fill(database: IDBDatabase): Promise<void> {
  const transaction = database.transaction('filling', 'readwrite', { durability: 'relaxed' })
  const filled = done(transaction)
  const store = transaction.objectStore('filling')
  for (let key = 0; key < PIECES; key += 1) store.put(PIECE, key)
  store.clear()
  await filled
}

/** Zeros: a table is compressed, the log and the memory buffer are not. A larger value would become a file of its own. */
const PIECE = new Uint8Array(48 * 1_024)
/** Chromium's buffer holds 4 MiB at most. */
const PIECES = Math.ceil((4.5 * 1_048_576) / PIECE.length)
