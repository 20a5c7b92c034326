import { type Clock, must } from '@holdfast/core'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import type { Log } from '../ports/log.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { finishJob, type Job, type JobHandler, JobHopeless, type JobOutcome } from './job.ts'
import { createPollLoop, type PollLoop } from './poll-loop.ts'
import { retryDelayMs } from './retry-delay.ts'

const AT_ONCE = 4
const IDLE_MS = 1_000
/** A killed process's jobs are free again after this; one that lives renews three times within it. */
const LEASE_MS = 60_000
const RENEW_MS = 20_000
const GIVE_UP_AFTER_MS = 3 * 24 * 60 * 60_000

export interface JobRunner extends PollLoop {
  /** Runs what is due, once; how many there were. */
  runDue(): Promise<number>
}

export interface JobRunnerDeps {
  readonly pool: Pool
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Names this process among those that share the database. */
  readonly owner: string
  /** By kind. Jobs of other kinds are left to processes that know them. */
  readonly handlers: ReadonlyMap<string, JobHandler>
}

/**
 * Takes due jobs under a lease, a few at a time, and runs their handlers. Any number of processes may do so on one
 * database: a job has one owner, and the version fences whoever was thought dead.
 */
export function createJobRunner(deps: JobRunnerDeps): JobRunner {
  const { clock, log } = deps
  async function runDue(): Promise<number> {
    const jobs = await claimJobs(deps)
    await Promise.all(jobs.map((job) => runJob(deps, job)))
    return jobs.length
  }
  const step = async () => (await runDue()) > 0
  return { ...createPollLoop({ name: 'jobs', clock, log, idleMs: IDLE_MS, step }), runDue }
}

interface ClaimedJob extends Job {
  /** This claim: no other one has it. */
  readonly owner: string
  readonly failingSinceMs: number | null
}

async function claimJobs({ pool, clock, owner, handlers }: JobRunnerDeps): Promise<ClaimedJob[]> {
  const nowMs = clock.wallMs()
  const { rows } = await pool.query<ClaimedJob>({
    text: `
      with due as (
        select account, job from jobs
        where run_at_ms <= $1 and parked_ms is null and (owned_until_ms is null or owned_until_ms <= $1)
          and kind = any ($2)
        order by run_at_ms limit $3 for update skip locked
      )
      update jobs j set owner = $4::text || '/' || (j.version + 1), owned_until_ms = $5, version = j.version + 1
      from due where j.account = due.account and j.job = due.job
      returning j.account, j.job as "jobId", j.kind, j.key, j.payload, j.failures, j.version,
        j.owner, j.failing_since_ms as "failingSinceMs"`,
    values: [nowMs, [...handlers.keys()], AT_ONCE, owner, nowMs + LEASE_MS],
    types: numericTypes,
  })
  return rows
}

async function runJob(deps: JobRunnerDeps, job: ClaimedJob): Promise<void> {
  const { pool, clock, handlers, log } = deps
  const handler = must(handlers.get(job.kind), 'only kinds with a handler are claimed')
  const stopRenewing = keepRenewing(deps, job)
  try {
    const outcome: JobOutcome = await handler.run(job)
    const finished = await transaction(pool, (tx) => finishJob(tx, job, outcome))
    // Asked for again meanwhile, finished by the handler itself, or taken over: free if it is still ours.
    if (!finished) await release(deps, job)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const nowMs = clock.wallMs()
    const giveUpMs = (job.failingSinceMs ?? nowMs) + (handler.giveUpAfterMs ?? GIVE_UP_AFTER_MS)
    const hopeless = error instanceof JobHopeless || nowMs >= giveUpMs
    const fields = { job: job.jobId, kind: job.kind, failures: job.failures + 1, error: message }
    if (hopeless) log.error(fields, 'job given up')
    else log.info(fields, 'job failed, will be tried again')
    await noteFailure(deps, job, { message, hopeless })
  } finally {
    stopRenewing()
  }
}

/** Only the lease: the version stays, so that the handler can still end its job. */
function keepRenewing({ pool, clock, log }: JobRunnerDeps, job: ClaimedJob): () => void {
  let cancel = clock.timer(RENEW_MS, renew)
  let isOver = false
  function renew(): void {
    pool
      .query(`update jobs set owned_until_ms = $4 where account = $1 and job = $2 and owner = $3`, [
        job.account,
        job.jobId,
        job.owner,
        clock.wallMs() + LEASE_MS,
      ])
      .catch((error: unknown) => log.info({ job: job.jobId, error: String(error) }, 'lease not renewed'))
    if (!isOver) cancel = clock.timer(RENEW_MS, renew)
  }
  return () => {
    isOver = true
    cancel()
  }
}

async function release({ pool }: JobRunnerDeps, job: ClaimedJob): Promise<void> {
  await pool.query(
    'update jobs set owner = null, owned_until_ms = null where account = $1 and job = $2 and owner = $3',
    [job.account, job.jobId, job.owner],
  )
}

async function noteFailure(
  { pool, clock, random }: JobRunnerDeps,
  job: ClaimedJob,
  { message, hopeless }: { message: string; hopeless: boolean },
): Promise<void> {
  const nowMs = clock.wallMs()
  await pool.query(
    `update jobs set failures = failures + 1, failing_since_ms = coalesce(failing_since_ms, $7), last_error = $4, run_at_ms = $5, parked_ms = $6,
       owner = null, owned_until_ms = null
     where account = $1 and job = $2 and owner = $3`,
    [
      job.account,
      job.jobId,
      job.owner,
      message.slice(0, 1_000),
      nowMs + retryDelayMs(job.failures + 1, random),
      hopeless ? nowMs : null,
      nowMs,
    ],
  )
}
