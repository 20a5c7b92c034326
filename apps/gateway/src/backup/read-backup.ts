import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { parseJson } from '@holdfast/envelope'
import {
  BACKUP_FORMAT,
  type BackupHeader,
  backupHeader,
  type BackupRow,
  completeLine,
  endLine,
  HEADER_PART,
  LAST_PART,
  LINE_BYTES_MAX,
  rowLine,
  tableLine,
} from './backup-format.ts'

/** The file is not a whole backup: cut short, altered, or something else altogether. */
export class BackupDamaged extends Error {
  /** A table, or `header`, or `end of the file`. */
  readonly part: string

  constructor(part: string, what: string) {
    super(
      `The backup is damaged in its part "${part}": ${what}. Nothing was changed. Use another copy of it.`,
    )
    this.name = 'BackupDamaged'
    this.part = part
  }
}

/** It is whole, and of a format that this release does not know. */
export class BackupTooNew extends Error {
  constructor(what: string) {
    super(`${what} It was made by a newer Holdfast: restore it with that version.`)
    this.name = 'BackupTooNew'
  }
}

export interface BackupReader {
  /** Once, before anything else. */
  header?(header: BackupHeader): void | Promise<void>
  /** Up to `ROWS_AT_ONCE` rows of one table; in the file's order. */
  rows?(table: string, columns: readonly string[], rows: readonly BackupRow[]): void | Promise<void>
}

export interface BackupFacts {
  readonly header: BackupHeader
  readonly rows: number
  readonly rowsByTable: ReadonlyMap<string, number>
  readonly bytes: number
  /** Of the whole file. */
  readonly sha256: string
}

const ROWS_AT_ONCE = 500
/** Files are rows of many megabytes; a query of all of them at once would be larger than PostgreSQL takes. */
const BYTES_AT_ONCE = 16 * 1024 * 1024

/**
 * Reads a backup from its first byte to its last and resolves only when all of it is as it was written. Rows are handed
 * over before that is known, so whoever keeps them has to undo that when this throws.
 * @throws BackupDamaged, BackupTooNew; an error of the file system; whatever `reader` throws
 */
export async function readBackup(file: string, reader: BackupReader = {}): Promise<BackupFacts> {
  const whole = createHash('sha256')
  const state: ReadState = { part: HEADER_PART, bytes: 0 }
  const lines = linesOf(file, state)

  const first = await nextLine(lines, state)
  const header = headerOf(first)
  const headerHash = hashOf(first)
  whole.update(first)
  const afterHeader = await nextLine(lines, state)
  checkEnd(endLine.safeParse(parseJson(afterHeader.toString())), {
    part: HEADER_PART,
    rows: 0,
    hash: headerHash,
  })
  whole.update(afterHeader)
  await reader.header?.(header)

  const rowsByTable = new Map<string, number>()
  for (const table of header.tables) {
    state.part = table
    rowsByTable.set(table, await readTable(table, { lines, state, whole, reader }))
  }

  state.part = LAST_PART
  const last = await nextLine(lines, state)
  const total = [...rowsByTable.values()].reduce((sum, count) => sum + count, 0)
  const closing = completeLine.safeParse(parseJson(last.toString()))
  const fits =
    closing.success &&
    closing.data.complete === header.backup &&
    closing.data.rows === total &&
    closing.data.sha256 === whole.copy().digest('hex')
  if (!fits) throw new BackupDamaged(LAST_PART, 'its closing line does not fit what stands before it')
  whole.update(last)
  if ((await lines.next()).done !== true) throw new BackupDamaged(LAST_PART, 'more follows its closing line')
  return { header, rows: total, rowsByTable, bytes: state.bytes, sha256: whole.digest('hex') }
}

interface Reading {
  readonly lines: AsyncGenerator<Buffer>
  readonly state: ReadState
  readonly whole: Hash
  readonly reader: BackupReader
}

interface ReadState {
  part: string
  bytes: number
}

async function readTable(table: string, { lines, state, whole, reader }: Reading): Promise<number> {
  const first = await nextLine(lines, state)
  const start = tableLine.safeParse(parseJson(first.toString()))
  if (!start.success || start.data.table !== table) {
    throw new BackupDamaged(table, 'it does not begin where it should')
  }
  const { columns } = start.data
  const hash = hashOf(first)
  whole.update(first)
  let count = 0
  let batch: BackupRow[] = []
  let batchBytes = 0
  for (;;) {
    const line = await nextLine(lines, state)
    whole.update(line)
    const json = parseJson(line.toString())
    const row = rowLine.safeParse(json)
    if (!row.success) {
      checkEnd(endLine.safeParse(json), { part: table, rows: count, hash })
      if (batch.length > 0) await reader.rows?.(table, columns, batch)
      return count
    }
    if (row.data.length !== columns.length) throw new BackupDamaged(table, `row ${count + 1} is not whole`)
    hash.update(line)
    count += 1
    batch.push(row.data)
    batchBytes += line.length
    if (batch.length === ROWS_AT_ONCE || batchBytes >= BYTES_AT_ONCE) {
      await reader.rows?.(table, columns, batch)
      batch = []
      batchBytes = 0
    }
  }
}

function headerOf(line: Buffer): BackupHeader {
  const json = parseJson(line.toString())
  const parsed = backupHeader.safeParse(json)
  // A newer format may look different in all but these two.
  if (typeof json === 'object' && json !== null && 'format' in json && Number(json.format) > BACKUP_FORMAT) {
    throw new BackupTooNew(`This backup is of format ${Number(json.format)}.`)
  }
  if (!parsed.success) throw new BackupDamaged(HEADER_PART, 'this is not the beginning of a Holdfast backup')
  return parsed.data
}

function checkEnd(
  end: ReturnType<typeof endLine.safeParse>,
  { part, rows, hash }: { readonly part: string; readonly rows: number; readonly hash: Hash },
): void {
  if (!end.success || end.data.end !== part)
    throw new BackupDamaged(part, `line ${rows + 2} of it cannot be read`)
  if (end.data.rows !== rows) {
    throw new BackupDamaged(part, `it has ${rows} rows where ${end.data.rows} were written`)
  }
  if (end.data.sha256 !== hash.digest('hex'))
    throw new BackupDamaged(part, 'it is not what was written (SHA-256)')
}

function hashOf(line: Buffer): Hash {
  return createHash('sha256').update(line)
}

async function nextLine(lines: AsyncGenerator<Buffer>, state: ReadState): Promise<Buffer> {
  const { done, value } = await lines.next()
  if (done === true) throw new BackupDamaged(state.part, 'the file ends in the middle of it')
  return value
}

/** Each line with its line feed; what follows the last line feed is a line that was cut off. */
async function* linesOf(file: string, state: ReadState): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let restBytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    // Without an encoding the stream gives buffers.
    const bytes = chunk as Buffer
    state.bytes += bytes.length
    let from = 0
    for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, from)) {
      const piece = bytes.subarray(from, at + 1)
      yield rest.length === 0 ? piece : Buffer.concat([...rest, piece])
      rest = []
      restBytes = 0
      from = at + 1
    }
    if (from === bytes.length) continue
    rest.push(bytes.subarray(from))
    restBytes += bytes.length - from
    if (restBytes > LINE_BYTES_MAX) throw new BackupDamaged(state.part, 'a line of it never ends')
  }
  if (restBytes > 0) throw new BackupDamaged(state.part, 'the file ends in the middle of it')
}
