import { describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { createManualClock } from '../test-support/manual-clock.ts'
import { ACCOUNT, sampleDevice, sampleId } from '../test-support/sample-rows.ts'
import { seedDevice } from '../test-support/seed-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { type MoneyTask, taskOfPayment } from './money-task.ts'
import { createMoneyWorker, type TaskHandlers, wakeTasks } from './money-worker.ts'
import { writeTasks } from './write-tasks.ts'

const log = { info: () => undefined, error: () => undefined }

describe('money tasks', () => {
  const database = sharedDatabase()

  test('are done once, in the transaction of their effect, however often their cause is told', async () => {
    const { add, worker } = await world({ approved: countOnce })
    await add(approved(1), approved(1))
    await add(approved(1))
    expect(await worker.runDue()).toBe(1)
    await add(approved(1))
    expect(await worker.runDue()).toBe(0)
    expect(await effects()).toEqual([sampleId('pi', 1)])
  })

  test('whose effect fails leave nothing of it, are tried again, and are parked in the end', async () => {
    const { add, worker, clock } = await world({
      async approved(tx, task) {
        await countOnce(tx, task)
        throw new Error('the rest fails')
      },
    })
    await add(approved(1))
    for (let tries = 0; tries < 30; tries += 1) {
      await worker.runDue()
      clock.advance(600_000)
    }
    expect(await effects()).toEqual([])
    expect(await waiting()).toEqual([{ task: `approved:${sampleId('pi', 1)}`, attention: 'failed' }])
  })

  test('of one payment go in their order; a poisoned one holds up no other payment and nothing after it', async () => {
    const done: string[] = []
    const { add, worker } = await world({
      approved(_tx, { paymentId, taskId }) {
        if (paymentId === sampleId('pi', 1)) return Promise.resolve({ do: 'park', code: 'poison' })
        done.push(taskId)
        return Promise.resolve({ do: 'done' })
      },
      voided(_tx, { taskId }) {
        done.push(taskId)
        return Promise.resolve({ do: 'done' })
      },
    })
    await add(approved(1), approved(2), voided(1), voided(2))
    await worker.runDue()
    expect(done.filter((id) => id.endsWith(sampleId('pi', 2)))).toEqual([
      approved(2).taskId,
      voided(2).taskId,
    ])
    expect(done).toContain(voided(1).taskId)
    expect(await waiting()).toEqual([{ task: approved(1).taskId, attention: 'poison' }])
  })

  test('that wait for their payment are due again when it is decided, and do not hold up what decides it', async () => {
    const done: string[] = []
    const { add, worker, clock } = await world({
      tip(_tx, { taskId }) {
        if (!done.includes(approved(1).taskId))
          return Promise.resolve({ do: 'wait', untilMs: clock.wallMs() + 60_000 })
        done.push(taskId)
        return Promise.resolve({ do: 'done' })
      },
      async approved(tx, { taskId, account, paymentId }) {
        done.push(taskId)
        await wakeTasks(tx, { account, paymentId }, clock.wallMs())
        return { do: 'done' }
      },
    })
    const work = { kind: 'tip', deviceId: sampleId('dev', 1), tipMinor: 100, currency: 'eur' } as const
    await add({ ...approved(1), taskId: 'tip:1', work })
    await add(approved(1))
    await worker.runDue()
    expect(done).toEqual([approved(1).taskId, 'tip:1'])
  })

  test('of a kind that nobody here knows are left alone', async () => {
    const { add, worker } = await world({ voided: () => Promise.resolve({ do: 'done' }) })
    await add(approved(1), voided(1))
    expect(await worker.runDue()).toBe(1)
    expect(await waiting()).toEqual([{ task: approved(1).taskId, attention: null }])
  })

  async function world(handlers: TaskHandlers) {
    const { pool } = database()
    await seedDevice(pool, sampleDevice())
    const clock = createManualClock()
    const worker = createMoneyWorker({ pool, clock, log, handlers })
    const add = (...tasks: MoneyTask[]) => transaction(pool, (tx) => writeTasks(tx, tasks))
    return { worker, add, clock }
  }

  async function effects(): Promise<string[]> {
    const { rows } = await database().pool.query<{ name: string }>('select name from locations order by name')
    return rows.map(({ name }) => name).filter((name) => name.startsWith('pi_'))
  }

  async function waiting() {
    const { rows } = await database().pool.query<{ task: string; attention: string | null }>(
      'select task, attention from money_tasks where done_ms is null order by position',
    )
    return rows
  }
})

/** Any row will do as an effect, as long as a second one would be seen. */
const countOnce: NonNullable<TaskHandlers['approved']> = async (tx, { account, paymentId }) => {
  await tx.query(`insert into locations (account, location, name, created_ms) values ($1, $2, $3, 0)`, [
    account,
    paymentId.replace('pi_0', 'loc_9'),
    paymentId,
  ])
  return { do: 'done' }
}

const of = (n: number) => ({ account: ACCOUNT, paymentId: sampleId('pi', n) })
const approved = (n: number) => taskOfPayment(of(n), 'approved', { nowMs: 1_000 })
const voided = (n: number) => taskOfPayment(of(n), 'voided', { nowMs: 1_000 })
