import type { Tx } from '../database/transaction.ts'
import { retryDelayMs } from '../acquirer/retry-delay.ts'
import { recordEvent } from '../events/record-event.ts'
import { underFence } from './move-presentment.ts'
import { type PresentDrive, presentLimits } from './present-drive.ts'
import type { BatchSums } from '../acquirer/presentment-port.ts'
import { type BatchRow, findBatch, sumsOf } from '../batches/batch-row.ts'
import { closeBatch } from '../batches/close-batch.ts'
import { uploadDetail } from './upload-detail.ts'

/** How often the host may count otherwise before a human has to look. */
const DIFFERENCES_MAX = 4
const WAIT_MS = 1_000

/** Takes a batch as far as it goes now: each step is durable before a message leaves, and the next owner goes on from it. */
export async function advanceBatch(drive: PresentDrive, row: BatchRow): Promise<void> {
  const nowMs = drive.world.clock.wallMs()
  switch (row.state) {
    case 'open':
      await underFence(drive, async (tx) => {
        const { account, batchId, mode } = row
        const closed = await closeBatch(tx, row, { nowMs, overMissingTips: true })
        if (closed.ok && closed.uncaptured > 0)
          await recordEvent(tx, {
            account,
            mode,
            type: 'batch.attention',
            object: 'batch',
            id: batchId,
            atMs: nowMs,
          })
      })
      return
    case 'closing':
      await underFence(drive, (tx) => beginReconciling(tx, row, nowMs))
      return
    case 'reconciling':
      await reconcile(drive, row, nowMs)
      return
    case 'needs_attention':
    case 'closed':
    case 'funded':
      return
  }
}

/** Not before everything in it is presented, everything that was approved is handed over, and the one before it is done. */
async function beginReconciling(
  tx: Tx,
  { account, batchId, link, terminalId, currency, openedMs }: BatchRow,
  nowMs: number,
) {
  // A tip that joins it has done so before this, or comes too late.
  await tx.query('select 1 from batches where account = $1 and batch = $2 for update', [account, batchId])
  // What a human has to look at goes with the next one.
  await tx.query(
    `update presentments set batch = null where account = $1 and batch = $2 and state = 'needs_attention'`,
    [account, batchId],
  )
  const { rows } = await tx.query<{ waits: boolean }>(
    `select exists (
        select from presentments where account = $1 and batch = $2 and state in ('due', 'sent', 'unknown', 'refused'))
      or exists (
        select from money_tasks t join payments p using (account, payment)
        where t.account = $1 and p.link = $3 and p.terminal_id = $4 and p.currency = $5 and t.done_ms is null
          and t.attention is null and t.due_ms <= $6 and t.kind in ('approved', 'tip', 'voided'))
      or exists (
        select from batches b
        where b.account = $1 and b.link = $3 and b.terminal_id = $4 and b.currency = $5 and b.opened_ms < $7
          and b.state in ('closing', 'reconciling')) as waits`,
    [account, batchId, link, terminalId, currency, nowMs, openedMs],
  )
  await tx.query(
    `update batches set state = case when $3 then 'closing' else 'reconciling' end, due_ms = $4
     where account = $1 and batch = $2 and state = 'closing'`,
    [account, batchId, rows[0]?.waits ?? true, nowMs + (rows[0]?.waits === false ? 0 : WAIT_MS)],
  )
}

async function reconcile(drive: PresentDrive, row: BatchRow, nowMs: number): Promise<void> {
  const { world, port } = drive
  const limits = presentLimits(drive, nowMs)
  const stan = row.stan ?? drive.nextStan()
  if (limits === null || stan === null) return
  const isRepeat = row.stan !== null
  const againMs = nowMs + world.profile.answerTimeoutMs + world.profile.sendWithinMs
  const asked = await underFence(drive, (tx) => writeAsked(tx, row, { stan, nowMs, againMs, isRepeat }))
  if (asked === null) return
  const answer = await port.reconcile(
    {
      repeat: isRepeat,
      stan,
      transmittedAtMs: row.transmittedMs ?? nowMs,
      terminalId: row.terminalId,
      currency: row.currency,
      batchNumber: row.number,
      totals: asked,
    },
    limits,
  )
  const atMs = world.clock.wallMs()
  switch (answer.kind) {
    case 'in_balance':
      await underFence(drive, (tx) => finish(tx, row, atMs))
      return
    case 'out_of_balance':
      if (row.differences > 0) await uploadDetail(drive, row)
      await underFence(drive, (tx) => noteDifference(tx, row, atMs))
      return
    case 'refused':
    case 'not_sent':
    case 'no_answer':
      await underFence(drive, (tx) =>
        tx.query('update batches set due_ms = $3 where account = $1 and batch = $2', [
          row.account,
          row.batchId,
          atMs + retryDelayMs(world.crypto, row.repeats),
        ]),
      )
  }
}

/** The sums that go out with it: a repeat says what was said the first time. */
async function writeAsked(
  tx: Tx,
  row: BatchRow,
  {
    stan,
    nowMs,
    againMs,
    isRepeat,
  }: {
    readonly stan: string
    readonly nowMs: number
    readonly againMs: number
    readonly isRepeat: boolean
  },
): Promise<BatchSums | null> {
  const found = await findBatch(tx, row)
  if (found?.state !== 'reconciling' || found.stan !== row.stan) return null
  // From here on only a refund gives back what is counted.
  await tx.query(
    `update payments p set collected_ms = $3, version = p.version + 1
     from presentments b
     where b.account = $1 and b.batch = $2 and b.subject_kind = 'capture' and b.state = 'accepted'
       and p.account = b.account and p.payment = b.payment and p.word = 'accepted' and p.collected_ms is null`,
    [row.account, row.batchId, nowMs],
  )
  const sums = isRepeat && row.totals !== null ? row.totals : await sumsOf(tx, row)
  await tx.query(
    `update batches set stan = $3, transmitted_ms = coalesce(transmitted_ms, $4), repeats = $5,
       debits = $6, debits_minor = $7, credits = $8, credits_minor = $9, due_ms = $10
     where account = $1 and batch = $2`,
    [
      row.account,
      row.batchId,
      stan,
      nowMs,
      isRepeat ? row.repeats + 1 : 0,
      sums.debits,
      sums.debitsMinor,
      sums.credits,
      sums.creditsMinor,
      // Whoever owns the link by then finds it unanswered.
      againMs,
    ],
  )
  return sums
}

async function finish(tx: Tx, { account, batchId, mode }: BatchRow, atMs: number): Promise<void> {
  const { rowCount } = await tx.query(
    `update batches set state = 'closed', closed_ms = $3, due_ms = null
     where account = $1 and batch = $2 and state = 'reconciling'`,
    [account, batchId, atMs],
  )
  if (rowCount !== 1) return
  await recordEvent(tx, { account, mode, type: 'batch.closed', object: 'batch', id: batchId, atMs })
}

/**
 * The host counts otherwise. What it accepted while this batch was closing, it counts in; so do we. Then each sale is
 * told in detail; what still differs is for a human.
 */
async function noteDifference(tx: Tx, row: BatchRow, atMs: number): Promise<void> {
  const { account, batchId, mode, link, terminalId, currency } = row
  await tx.query(
    `update presentments p set batch = $2 from batches b
     where b.account = $1 and b.link = $3 and b.terminal_id = $4 and b.currency = $5 and b.opened_ms > $6
       and b.state in ('open', 'closing') and p.account = b.account and p.batch = b.batch and p.state = 'accepted'`,
    [account, batchId, link, terminalId, currency, row.openedMs],
  )
  const given = row.differences + 1 >= DIFFERENCES_MAX
  await tx.query(
    `update batches set differences = differences + 1, stan = null, transmitted_ms = null, repeats = 0,
       state = case when $3 then 'needs_attention' else state end,
       attention = case when $3 then 'batch_out_of_balance' end,
       due_ms = case when $3 then null else $4::bigint end
     where account = $1 and batch = $2 and state = 'reconciling'`,
    [account, batchId, given, atMs + WAIT_MS],
  )
  if (given)
    await recordEvent(tx, { account, mode, type: 'batch.attention', object: 'batch', id: batchId, atMs })
}
