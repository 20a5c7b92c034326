import type { Clock } from '@holdfast/core'
import type { Pool } from 'pg'
import type { ChangeNotifier } from '../ports/change-notifier.ts'
import type { Log } from '../ports/log.ts'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** `unowned`: no process drives it, so nobody can ask an issuer now. */
export type LinkState = 'up' | 'down' | 'unowned'

export interface LinkWord {
  readonly state: LinkState
  /** Since when, Unix milliseconds; null when nobody has said so. */
  readonly sinceMs: number | null
}

export interface LinkWatch {
  start(): void
  stop(): Promise<void>
  word(): LinkWord
}

/** Who waits for word of a link waits under this key. */
export function linkKey(link: string): string {
  return `link:${link}`
}

/**
 * Only the owner of an acquirer link knows whether it is up. Its word is one row, and every process goes by that: the
 * one that answers a till need not be the one that asks the issuer. `say` is false when another owner has taken over.
 */
export function createLinkWord(pool: Pool, link: string) {
  return {
    async say(generation: number, { state, sinceMs }: { state: 'up' | 'down'; sinceMs: number }) {
      const { rowCount } = await pool.query(
        'update links set host_state = $3, host_since_ms = $4 where link = $1 and generation = $2',
        [link, generation, state, Math.trunc(sinceMs)],
      )
      return rowCount === 1
    },
    read: (nowMs: number) => readLinkWord(pool, link, nowMs),
  }
}

export async function readLinkWord(db: Tx, link: string, nowMs: number): Promise<LinkWord> {
  const { rows } = await db.query<LinkColumns>({ text: READ, values: [link], types: numericTypes })
  const row = rows[0]
  if (row === undefined) return { state: 'unowned', sinceMs: null }
  if (row.until_ms <= nowMs) return { state: 'unowned', sinceMs: row.until_ms }
  return { state: row.host_state ?? 'down', sinceMs: row.host_since_ms }
}

interface LinkColumns {
  readonly until_ms: number
  readonly host_state: 'up' | 'down' | null
  readonly host_since_ms: number | null
}

const READ = 'select until_ms, host_state, host_since_ms from links where link = $1'

const LOOK_MS = 1_000

/** Keeps the last word at hand, so that a ping asks no database. A word that cannot be read any more is none. */
export function createLinkWatch(deps: {
  readonly read: (nowMs: number) => Promise<LinkWord>
  readonly link: string
  readonly clock: Clock
  readonly changes: ChangeNotifier
  readonly log: Log
}): LinkWatch {
  const { read, clock, changes, log } = deps
  const life = { stopped: false }
  let word: LinkWord = { state: 'unowned', sinceMs: null }
  let running: Promise<void> | null = null

  async function look(): Promise<void> {
    const before = word.state
    try {
      word = await read(clock.wallMs())
    } catch (error) {
      log.info({ error: String(error) }, 'the word of the acquirer link cannot be read')
      word = { state: 'unowned', sinceMs: null }
    }
    if (word.state !== before) log.info({ link: deps.link, state: word.state }, 'word of the acquirer link')
  }

  async function run(): Promise<void> {
    while (!life.stopped) {
      const told = changes.wait(linkKey(deps.link), LOOK_MS)
      await look()
      await told
    }
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      life.stopped = true
      changes.notify(linkKey(deps.link))
      await running
    },
    word: () => word,
  }
}
