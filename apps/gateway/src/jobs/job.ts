import type { Tx } from '../database/transaction.ts'

/** A job as its handler gets it. */
export interface Job {
  readonly account: string
  readonly jobId: string
  readonly kind: string
  readonly key: string | null
  readonly payload: Readonly<Record<string, unknown>>
  /** How often it has failed before. */
  readonly failures: number
  /** The word that it was taken by: whoever comes later has another one. */
  readonly version: number
}

/** Undefined: done for good. Otherwise the same job again at that moment, with its failures forgotten. */
export type JobOutcome = { readonly againAtMs: number } | undefined

export interface JobHandler {
  /**
   * Runs at least once. It may run again after it has worked: when its process is killed before the end is written
   * down. What must happen once is either idempotent by a key, or is written together with `finishJob` in one
   * transaction. A rejection means "later again"; its message is kept, so it may name no card and no person.
   */
  run(job: Job): Promise<JobOutcome>
  /** How long it may fail before a human has to look; 3 days when absent. */
  readonly giveUpAfterMs?: number
}

/** Thrown by a handler that knows that no other try can work. */
export class JobHopeless extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'JobHopeless'
  }
}

/**
 * Ends a job in the transaction of its effect. False when somebody else has it by now, or has asked for it again: roll
 * back then, for example by throwing; it is run again.
 */
export async function finishJob(tx: Tx, job: Job, outcome?: JobOutcome): Promise<boolean> {
  const key = [job.account, job.jobId, job.version]
  if (outcome === undefined) {
    const { rowCount } = await tx.query(
      'delete from jobs where account = $1 and job = $2 and version = $3',
      key,
    )
    return rowCount === 1
  }
  const { rowCount } = await tx.query(
    `update jobs set run_at_ms = $4, failures = 0, failing_since_ms = null, last_error = null, owner = null, owned_until_ms = null,
       version = version + 1
     where account = $1 and job = $2 and version = $3`,
    [...key, outcome.againAtMs],
  )
  return rowCount === 1
}
