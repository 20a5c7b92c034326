import { type Crypto, newId } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Tx } from '../database/transaction.ts'

export interface NewJob {
  readonly account: string
  /** Chooses the handler, for example `mail.send` or `batch.close`. */
  readonly kind: string
  /** Ids, not objects: whatever the handler reads again cannot be out of date. Kept as JSON. */
  readonly payload: Readonly<Record<string, unknown>>
  /** Unix milliseconds; now for at once. */
  readonly runAtMs: number
  readonly nowMs: number
  /** At most one job of an account, kind and key waits. Absent: a job of its own. */
  readonly key?: string
}

/**
 * Adds work in the transaction of its cause: it is done at least once if that commits, and never otherwise.
 *
 *     await transaction(pool, async (tx) => {
 *       await insertRefund(tx, refund)
 *       await addJob(tx, { account, kind: 'refund.submit', payload: { refund: refund.id }, runAtMs: nowMs, nowMs })
 *     })
 *
 * With a `key`, a job that waits is brought forward where the new moment is earlier, keeps its payload otherwise, and
 * is run again where it runs at this very moment. So a schedule is a job with a key whose handler answers
 * `{ againAtMs }`, and "look at this again" may be said as often as one likes:
 *
 *     await addJob(tx, { account, kind: 'batch.close', key: location, payload: { location }, runAtMs: cutOffMs, nowMs })
 *
 * Handlers are given to `createJobRunner` by kind, in `jobs/job-handlers.ts`. See there for what they may rely on.
 */
export async function addJob(
  tx: Tx,
  job: NewJob,
  crypto: Pick<Crypto, 'randomBytes'> = nodeCrypto,
): Promise<void> {
  const { account, kind, payload, runAtMs, nowMs, key } = job
  const source = { wallMs: () => nowMs, randomBytes: (length: number) => crypto.randomBytes(length) }
  await tx.query(
    `insert into jobs (account, job, kind, key, payload, run_at_ms, created_ms) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (account, kind, key) where key is not null and parked_ms is null do update set
       run_at_ms = least(jobs.run_at_ms, excluded.run_at_ms), version = jobs.version + 1`,
    [account, newId('job', source), kind, key ?? null, JSON.stringify(payload), runAtMs, nowMs],
  )
}
