import { existsSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { openSqliteFile, type SqliteFile, syncPath } from './sqlite-file.ts'

/** The file that takes the place of `file`; the old one is kept as it is. */
export function successorOf(file: string): string {
  const generation = Number(/\.renewed-(\d+)$/.exec(file)?.[1] ?? 0)
  return `${file.replace(/\.renewed-\d+$/, '')}.renewed-${generation + 1}`
}

/** The newest of the files that were written in the place of `file`. */
export function newestOf(file: string): string {
  const next = successorOf(file)
  return existsSync(next) ? newestOf(next) : file
}

/**
 * Writes what this connection still reads to a new file and verifies it. After a failed fsync the old file's pages look
 * clean and need not be on the disk, so nothing more may rest on it. Null when the new one cannot be trusted either.
 *
 * Dies before the rename: the old file stands, with a stray temporary. Dies after: the new one is whole and found.
 * Another process that is on the old file sees the successor within its next write transaction, which this one shuts
 * out while it copies.
 */
export function renewSqliteFile(old: SqliteFile): SqliteFile | null {
  const next = successorOf(old.file)
  if (existsSync(next)) return openSqliteFile(newestOf(next))
  const temporary = `${next}.new`
  let guard: SqliteFile | null = null
  try {
    guard = openSqliteFile(old.file)
    guard.database.exec('begin immediate')
    rmSync(temporary, { force: true })
    old.prepare('vacuum into ?').run(temporary)
    const copy = openSqliteFile(temporary)
    const sound = isSound(copy) && contentsOf(copy) === contentsOf(old)
    // Closing writes the side file into the copy and takes it away.
    copy.close()
    if (!sound) return null
    syncPath(temporary)
    renameSync(temporary, next)
    syncPath(path.dirname(next))
    return openSqliteFile(next)
  } catch {
    return null
  } finally {
    guard?.close()
    rmSync(temporary, { force: true })
  }
}

function isSound(copy: SqliteFile): boolean {
  return copy.prepare('pragma integrity_check').get()?.['integrity_check'] === 'ok'
}

function contentsOf(copy: SqliteFile): string {
  const head = copy.prepare('select version, json from head where id = 1').get()
  const records = copy.prepare(
    'select count(*), max(seq), sum(length(header)), group_concat(hash) from records',
  )
  const payments = copy.prepare('select count(*), sum(length(json)) from payments')
  return JSON.stringify([head, records.get(), payments.get()])
}
