import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface HomeLock {
  /** The stack before this one was killed: its programs may still be about to leave. */
  readonly wasKilled: boolean
  /** The stack has ended in order. */
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
  const marker = path.join(home, 'stack.running')
  const wasKilled = existsSync(marker)
  writeFileSync(marker, `${process.pid}\n`)
  return {
    wasKilled,
    release() {
      rmSync(marker, { force: true })
      database.close()
    },
  }
}

/** SQLITE_BUSY is result code 5. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
