import { describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { addJob, type NewJob } from './add-job.ts'
import { finishJob, type Job, JobHopeless, type JobOutcome } from './job.ts'
import { createJobRunner } from './job-runner.ts'

const HOUR_MS = 60 * 60_000
const log = { info: () => undefined, error: () => undefined }

describe('jobs', () => {
  const database = sharedDatabase()

  test('are done once when their cause is committed, and never when it is not', async () => {
    const { add, runner, ran } = await world()
    await add({ payload: { n: 1 } })
    const undone = transaction(database().pool, async (tx) => {
      await addJob(tx, { ...base(clock), payload: { n: 2 } })
      throw new Error('the cause fails')
    })
    await expect(undone).rejects.toThrow('the cause fails')
    await runner.runDue()
    await runner.runDue()
    expect(ran).toEqual([{ n: 1 }])
    expect(await waiting()).toEqual([])
  })

  test('wait for their moment', async () => {
    const { add, runner, ran } = await world()
    await add({ runAtMs: clock.wallMs() + 1_000 })
    expect(await runner.runDue()).toBe(0)
    clock.advance(1_000)
    expect(await runner.runDue()).toBe(1)
    expect(ran).toHaveLength(1)
  })

  test('with the same key are one, at the earlier moment and with the first payload', async () => {
    const { add, runner, ran } = await world()
    await add({ key: 'a', payload: { n: 1 }, runAtMs: clock.wallMs() + HOUR_MS })
    await add({ key: 'a', payload: { n: 2 } })
    await add({ key: 'b', payload: { n: 3 } })
    await runner.runDue()
    expect(ran).toEqual([{ n: 1 }, { n: 3 }])
  })

  test('that answer with another moment come back then', async () => {
    const { add, runner, ran } = await world(() => ({ againAtMs: clock.wallMs() + HOUR_MS }))
    await add({ key: 'cut-off' })
    await runner.runDue()
    expect(await runner.runDue()).toBe(0)
    clock.advance(HOUR_MS)
    expect(await runner.runDue()).toBe(1)
    expect(ran).toHaveLength(2)
  })

  test('that are asked for again while they run are run again', async () => {
    const { add, runner, ran } = await world(async () => {
      if (ran.length === 1) await add({ key: 'a' })
      return undefined
    })
    await add({ key: 'a' })
    await runner.runDue()
    expect(await runner.runDue()).toBe(1)
    expect(await runner.runDue()).toBe(0)
    expect(ran).toHaveLength(2)
  })

  test('that fail are tried again, later each time, and are parked with their error after three days', async () => {
    const { add, runner, ran } = await world(() => {
      throw new Error('the mail server is away')
    })
    await add({})
    await runner.runDue()
    expect(await runner.runDue()).toBe(0)
    expect(await waiting()).toMatchObject([{ failures: 1, last_error: 'the mail server is away' }])
    for (let hour = 0; hour < 80; hour += 1) {
      clock.advance(HOUR_MS)
      await runner.runDue()
    }
    expect(await waiting()).toMatchObject([{ parked: true, owner: null }])
    expect(ran.length).toBeGreaterThan(60)
    clock.advance(100 * HOUR_MS)
    expect(await runner.runDue()).toBe(0)
  })

  test('for which no other try can help are parked at once', async () => {
    const { add, runner } = await world(() => {
      throw new JobHopeless('there is no such address')
    })
    await add({})
    await runner.runDue()
    expect(await waiting()).toMatchObject([{ parked: true, last_error: 'there is no such address' }])
  })

  test('of a process that was killed are taken over when its lease is over, and the dead one ends nothing', async () => {
    const hanging = Promise.withResolvers<JobOutcome>()
    const taken = Promise.withResolvers<Job>()
    const first = await world((job) => {
      taken.resolve(job)
      return hanging.promise
    })
    await first.add({})
    const running = first.runner.runDue()
    const job = await taken.promise
    const second = await world()
    expect(await second.runner.runDue()).toBe(0)
    // Time passes for the database only, as it does for a process that is frozen.
    await database().pool.query('update jobs set owned_until_ms = $1', [clock.wallMs()])
    expect(await second.runner.runDue()).toBe(1)
    expect(await transaction(database().pool, (tx) => finishJob(tx, job))).toBe(false)
    hanging.resolve(undefined)
    await running
    expect(await waiting()).toEqual([])
  })

  test('that end themselves together with their effect are over', async () => {
    const { add, runner } = await world(async (job) => {
      await transaction(database().pool, async (tx) => {
        if (!(await finishJob(tx, job))) throw new Error('not ours any more')
      })
      return undefined
    })
    await add({})
    await runner.runDue()
    expect(await waiting()).toEqual([])
  })

  let clock: ManualClock

  async function world(handle: (job: Job) => Promise<JobOutcome> | JobOutcome = () => undefined) {
    const { pool } = database()
    clock ??= createManualClock()
    await pool.query(
      `insert into accounts (account, name, currencies, created_ms) values ($1, 'Shop', '{eur}', 0)
       on conflict do nothing`,
      [ACCOUNT],
    )
    const ran: Job['payload'][] = []
    const run = async (job: Job) => {
      ran.push(job.payload)
      return handle(job)
    }
    const handlers = new Map([['test.work', { run }]])
    const owner = crypto.randomUUID()
    const runner = createJobRunner({ pool, clock, random: () => 0.5, log, owner, handlers })
    const add = (job: Partial<NewJob>) => transaction(pool, (tx) => addJob(tx, { ...base(clock), ...job }))
    return { add, runner, ran }
  }

  async function waiting() {
    const { rows } = await database().pool.query(
      'select failures, last_error, owner, parked_ms is not null as parked from jobs',
    )
    return rows
  }
})

function base(clock: ManualClock): NewJob {
  const nowMs = clock.wallMs()
  return { account: ACCOUNT, kind: 'test.work', payload: {}, runAtMs: nowMs, nowMs }
}
