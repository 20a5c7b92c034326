import type { Clock, IdSource } from '@holdfast/core'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import { importChargeback, importChargebacks } from '../disputes/import-chargebacks.ts'
import { takeUnmatched } from '../disputes/unmatched-chargebacks.ts'
import type { Log } from '../ports/log.ts'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import type { AcquirerFiles } from './acquirer-files.ts'
import { applyFundingFile } from './apply-funding-file.ts'
import { keepFundingFile } from './keep-funding-file.ts'

export interface AcquirerPollDeps {
  readonly pool: Pool
  readonly clock: Clock
  readonly randomBytes: (length: number) => Uint8Array
  readonly log: Log
  readonly files: AcquirerFiles
  /** Whose feeds they are. */
  readonly link: string
}

const RETRIED_AT_ONCE = 100

/**
 * Reads what the acquirer tells beside its link. Any number of processes may do it: a row is known by its id, a file is
 * taken by one of them under its lock, and a process that dies in the middle has done nothing or all of a step.
 */
export function createAcquirerPoll(deps: AcquirerPollDeps, everyMs: number): PollLoop {
  const { clock, log } = deps
  return createPollLoop({
    name: 'acquirer files',
    clock,
    log,
    idleMs: everyMs,
    async step() {
      await pollAcquirer(deps)
      return false
    },
  })
}

/** Once: chargebacks first, because files pay for them. A file that fails holds up no other. */
export async function pollAcquirer(deps: AcquirerPollDeps): Promise<void> {
  const { pool, clock, randomBytes } = deps
  const ids: IdSource = { wallMs: () => clock.wallMs(), randomBytes }
  await pollChargebacks(deps, ids)
  await pollFundingFiles(deps)
  const { rows } = await pool.query<{ file: string; sha256: string }>(
    `select file, sha256 from funding_files where state = 'waiting' order by received_ms, file`,
  )
  for (const key of rows) {
    try {
      await applyKept(deps, key, ids)
    } catch (error) {
      deps.log.error({ file: key.file, error: String(error) }, 'funding file waits, will be tried again')
    }
  }
}

async function applyKept(
  { pool, log }: AcquirerPollDeps,
  key: { readonly file: string; readonly sha256: string },
  ids: IdSource,
): Promise<void> {
  const { file } = key
  const applied = await transaction(pool, (tx) => applyFundingFile(tx, key, ids))
  if (applied.state === 'applied') log.info({ file, ...applied }, 'funding file applied')
  if (applied.state === 'set_aside') log.error({ file, why: applied.why }, 'funding file set aside')
}

async function pollChargebacks({ pool, files, link, log }: AcquirerPollDeps, ids: IdSource): Promise<void> {
  await transaction(pool, async (tx) => {
    for (const line of await takeUnmatched(tx, RETRIED_AT_ONCE)) await importChargeback(tx, line, ids)
  })
  const after = await readCursor(pool, link, 'chargebacks')
  const lines = await files.chargebacks(after)
  if (lines.length === 0) return
  const taken = await importChargebacks(pool, lines, ids)
  await moveCursor(pool, { link, feed: 'chargebacks', after: newestSequence(lines, after) })
  log.info({ ...taken }, 'chargebacks taken in')
}

async function pollFundingFiles({ pool, files, link, clock, log }: AcquirerPollDeps): Promise<void> {
  const after = await readCursor(pool, link, 'funding')
  for (const { sequence, file } of await files.fundingFiles(after)) {
    const body = await files.fundingFile(file)
    const kept = await transaction(pool, async (tx) => {
      await moveCursor(tx, { link, feed: 'funding', after: sequence })
      return keepFundingFile(tx, { file, body, nowMs: clock.wallMs() })
    })
    if (kept === 'set_aside') log.error({ file }, 'funding file set aside')
  }
}

async function readCursor(pool: Pool, link: string, feed: Feed): Promise<number> {
  const { rows } = await pool.query<{ after: string }>(
    'select after_sequence as after from acquirer_feeds where link = $1 and feed = $2',
    [link, feed],
  )
  return Number(rows[0]?.after ?? 0)
}

async function moveCursor(
  db: Pool | Tx,
  { link, feed, after }: { readonly link: string; readonly feed: Feed; readonly after: number },
): Promise<void> {
  await db.query(
    `insert into acquirer_feeds (link, feed, after_sequence) values ($1, $2, $3)
     on conflict (link, feed) do update set after_sequence = greatest(acquirer_feeds.after_sequence, excluded.after_sequence)`,
    [link, feed, after],
  )
}

type Feed = 'chargebacks' | 'funding'

/** A row without a number cannot be asked for again: it is kept aside with the others. */
function newestSequence(lines: readonly unknown[], after: number): number {
  return lines.reduce<number>((newest, line) => {
    const sequence =
      typeof line === 'object' && line !== null && 'sequence' in line ? Number(line.sequence) : after
    return Number.isSafeInteger(sequence) ? Math.max(newest, sequence) : newest
  }, after)
}
