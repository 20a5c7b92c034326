import { type FileHandle, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { syncDirectory } from './fingerprint-key.ts'
import type { Journal, JournalLine } from './journal.ts'

export type FileJournal = Journal & { close(): Promise<void> }

/**
 * JSON lines in one file. Lines that come while the disk is busy share the next sync.
 * A last line without its end was never durable, so no answer rests on it: it is cut off.
 * @throws Error when a whole line cannot be read: then the file is damaged and must not be continued.
 */
export async function openFileJournal(path: string): Promise<FileJournal> {
  const file = await open(path, 'a+')
  const bytes = await readFile(path)
  const { lines, wholeBytes } = parseLines(bytes, path)
  // Nothing to cut, nothing cut: what another process has written since was durable there.
  if (wholeBytes < bytes.length) await file.truncate(wholeBytes)
  await file.sync()
  await syncDirectory(dirname(path))
  return new AppendOnlyFile(file, lines)
}

class AppendOnlyFile implements FileJournal {
  readonly #file: FileHandle
  readonly #recovered: readonly JournalLine[]
  #pending: string[] = []
  /** Settles when everything asked for so far is written; rejects for ever after the first failure. */
  #written: Promise<void> = Promise.resolve()
  /** The sync that waits for the one under way: whatever comes meanwhile shares it. */
  #next: Promise<void> | undefined

  constructor(file: FileHandle, recovered: readonly JournalLine[]) {
    this.#file = file
    this.#recovered = recovered
  }

  lines(): readonly JournalLine[] {
    return this.#recovered
  }

  append(line: JournalLine): void {
    this.#pending.push(`${JSON.stringify(line)}\n`)
  }

  durable(): Promise<void> {
    if (this.#next === undefined) {
      this.#next = this.#written.then(() => {
        this.#next = undefined
        return this.#flush()
      })
      this.#written = this.#next
    }
    return this.#next
  }

  async close(): Promise<void> {
    await this.durable()
    await this.#file.close()
  }

  async #flush(): Promise<void> {
    if (this.#pending.length === 0) return
    const text = this.#pending.join('')
    this.#pending = []
    await this.#file.appendFile(text)
    await this.#file.datasync()
  }
}

function parseLines(bytes: Buffer, path: string): { lines: JournalLine[]; wholeBytes: number } {
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1
  const texts = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1)
  const lines = texts.map((text, index) => {
    const line = parseLine(text)
    if (line === undefined) throw new Error(`${path} is damaged in line ${index + 1}`)
    return line
  })
  return { lines, wholeBytes }
}

const EVENTS: ReadonlySet<unknown> = new Set<JournalLine['event']>([
  'authorised',
  'refunded',
  'incremented',
  'asked_again',
  'completed',
  'reversed',
  'inquired',
  'charged_back',
  'chargeback_won',
  'chargeback_lost',
  'batch_closed',
  'balance_set',
  'funding_terms_set',
  'clock_advanced',
])

function parseLine(text: string): JournalLine | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('event' in value) || !EVENTS.has(value.event)) {
      return undefined
    }
    // The file is ours alone and each of its lines was whole when it was synced.
    return value as JournalLine
  } catch {
    return undefined
  }
}
