import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  createWriteStream,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { must } from '@holdfast/core'
import type { Pool } from 'pg'
import { cursorRows, snapshot } from '../database/snapshot.ts'
import type { Tx } from '../database/transaction.ts'
import { BACKUP_FORMAT, type BackupHeader, HEADER_PART } from './backup-format.ts'
import { readDeviceMarks, recordBackup } from './backup-record.ts'
import { type BackupFacts, readBackup } from './read-backup.ts'
import { quoted, readSequences, readTableShapes, type TableShape } from './table-shapes.ts'

export interface BackupOptions {
  /** Must not exist. Appears under this name only when it was read back and found whole. */
  readonly file: string
  readonly nowMs: () => number
  /** Null when the gateway secret is not at hand. */
  readonly wrappingKeyId: string | null
  readonly progress: (line: string) => void
}

const CHUNK_CHARACTERS = 256 * 1024
/** Of files, each of some megabytes. */
const LARGE_ROWS_AT_ONCE = 4
const PROGRESS_EVERY_ROWS = 100_000

/**
 * One file with everything that the gateway's schema holds, of one moment, while it works on. It is on the disk, read
 * back and counted when this resolves; then the database knows of it, and what is in it is as durable as the file.
 * A kill at any moment leaves a `.partial` file at most, which is no backup.
 */
export async function writeBackup(pool: Pool, options: BackupOptions): Promise<BackupFacts> {
  const { file, progress, nowMs } = options
  refuseExisting(file)
  mkdirSync(path.dirname(file), { recursive: true })
  // Of this process alone: another one that is to write the same file must not write into ours.
  const draft = `${file}.${randomBytes(4).toString('hex')}.partial`
  // Before the picture is taken: what is called newer than the backup then surely includes what is not in it.
  const takenAtMs = nowMs()
  try {
    const devices = await snapshot(pool, async (tx) => {
      const lines = backupLines(tx, { ...options, takenAtMs })
      // Readable by its owner only: it holds who sold what, and wrapped keys.
      const out = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true })
      await pipeline(Readable.from(lines, { objectMode: false }), out)
      return readDeviceMarks(tx)
    })
    progress('reading it back')
    const facts = await readBackup(draft)
    refuseExisting(file)
    renameSync(draft, file)
    syncFolder(path.dirname(file))
    const isKnown = await recordBackup(pool, {
      facts,
      fileName: path.basename(file),
      verifiedAtMs: nowMs(),
      devices,
    })
    if (!isKnown) progress('this database cannot note it (a standby, or not migrated yet); the file is whole')
    return facts
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

async function* backupLines(
  tx: Tx,
  { takenAtMs, wrappingKeyId, progress }: BackupOptions & { readonly takenAtMs: number },
): AsyncGenerator<string> {
  const { rows: settings } = await tx.query<{ schema: string; generation: number }>(
    'select current_schema() as schema, generation from settings',
  )
  const { schema, generation } = must(settings[0], 'the first migration writes the settings')
  const shapes = await readTableShapes(tx, schema)
  const migrations = await tx.query<BackupHeader['migrations'][number]>(
    'select number, name, sha256 from schema_migrations order by number',
  )
  const header: BackupHeader = {
    holdfast: 'backup',
    format: BACKUP_FORMAT,
    backup: `bkp_${randomBytes(12).toString('hex')}`,
    takenAtMs,
    takenAt: new Date(takenAtMs).toISOString(),
    generation,
    migrations: migrations.rows,
    wrappingKeyId,
    tables: shapes.map(({ name }) => name),
    sequences: [...(await readSequences(tx, schema))],
  }

  const whole = createHash('sha256')
  const say = (text: string): string => {
    whole.update(text)
    return text
  }
  const first = lineOf(header)
  yield say(first)
  yield say(lineOf({ end: HEADER_PART, rows: 0, sha256: sha256Of(first) }))
  let total = 0
  for (const shape of shapes) {
    const part = { rows: 0, hash: createHash('sha256') }
    let said = 0
    for await (const text of tableLines(tx, schema, shape, part)) {
      part.hash.update(text)
      yield say(text)
      if (part.rows - said < PROGRESS_EVERY_ROWS) continue
      said = part.rows
      progress(`${shape.name}: ${part.rows} rows so far`)
    }
    yield say(lineOf({ end: shape.name, rows: part.rows, sha256: part.hash.digest('hex') }))
    if (part.rows > 0) progress(`${shape.name}: ${part.rows} rows`)
    total += part.rows
  }
  yield lineOf({ complete: header.backup, rows: total, sha256: whole.digest('hex') })
}

async function* tableLines(
  tx: Tx,
  schema: string,
  { name, columns }: TableShape,
  part: { rows: number },
): AsyncGenerator<string> {
  const names = columns.map((column) => column.name)
  yield lineOf({ table: name, columns: names })
  const texts = names.map((column) => `${quoted(column)}::text`).join(', ')
  let text = ''
  const query = { text: `select ${texts} from ${quoted(schema)}.${quoted(name)}` }
  const isLarge = columns.some(({ type }) => type === 'bytea')
  for await (const rows of cursorRows(tx, query, isLarge ? LARGE_ROWS_AT_ONCE : undefined)) {
    for (const row of rows) {
      text += lineOf(row)
      if (text.length < CHUNK_CHARACTERS) continue
      yield text
      text = ''
    }
    part.rows += rows.length
  }
  if (text !== '') yield text
}

function refuseExisting(file: string): void {
  if (existsSync(file)) throw new Error(`${file} is there already; a backup never replaces another`)
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The name of a file is durable only with its folder. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
