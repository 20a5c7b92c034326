import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface HomeLock {
  release(): void
}

/**
 * One stack per home. Node has no file locks, SQLite does: the kernel drops this one when the process dies, also by
 * kill -9, so a lock is never stale. Null when another process holds it.
 */
export function lockHome(home: string): HomeLock | null {
  mkdirSync(home, { recursive: true })
  const database = new DatabaseSync(path.join(home, 'stack.lock'))
  try {
    database.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    database.close()
    if (isBusy(error)) return null
    throw error
  }
  return { release: () => database.close() }
}

/** SQLITE_BUSY is result code 5. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
