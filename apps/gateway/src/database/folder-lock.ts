import { DatabaseSync } from 'node:sqlite'

import { serverProcessId } from './postgres-folder.ts'

/** A process that was killed -9 holds its locks until the kernel has taken it apart, which a busy machine delays. */
const DYING_HOLDER_MS = 1_500

export interface FolderLock {
  release(): void
}

/**
 * Holds `<dataDir>.lock` for as long as this process lives. Node has no file locks, SQLite does: an exclusive
 * transaction on an empty database is a lock that the kernel drops when the process dies, also by kill -9. So whoever
 * holds it knows that a server still running in the folder is an orphan, and may tidy up without a race.
 */
export function lockFolder(dataDir: string): FolderLock {
  const file = `${dataDir}.lock`
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: DYING_HOLDER_MS })
    database.exec('pragma journal_mode = memory; begin exclusive')
  } catch (error) {
    database?.close()
    if (!isBusy(error)) throw new Error(`Cannot lock ${file}: ${String(error)}`, { cause: error })
    const pid = serverProcessId(dataDir)
    const server = pid === undefined ? 'it is still starting' : `its PostgreSQL is process ${pid}`
    throw new Error(
      `Another Holdfast is running on ${dataDir} (${server}). Stop it first, or give this one a folder of its own ` +
        `with HOLDFAST_HOME.`,
      { cause: error },
    )
  }
  const held = database
  let released = false
  return {
    release() {
      if (released) return
      released = true
      held.close()
    },
  }
}

/** SQLITE_BUSY is result code 5. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5
}
