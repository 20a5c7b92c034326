import { nodeCrypto } from '@holdfast/envelope/node'
import { beforeEach, expect, test } from 'vitest'
import { createMoneyWorker, type TaskEnd } from '../money/money-worker.ts'
import { taskOfRecord } from '../money/money-task.ts'
import { writeTasks } from '../money/write-tasks.ts'
import { createManualClock } from '../test-support/manual-clock.ts'
import { openMoneyShop, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { runCommand } from './run-command.ts'

const database = sharedDatabase()
const clock = createManualClock(SALE_MS)
const TIP = { kind: 'tip', deviceId: sampleId('dev', 1), tipMinor: 150, currency: 'eur' } as const
let ends: TaskEnd['do'][]
let next: TaskEnd

/** A tip that came too late for its batch. */
beforeEach(async () => {
  await openMoneyShop(database().pool, { holdDays: 0 })
  await writeTasks(database().pool, [
    taskOfRecord({ account: ACCOUNT, paymentId: sampleId('pi', 1) }, 'f00d', TIP, SALE_MS),
  ])
  ends = []
  next = { do: 'park', code: 'tip_after_batch' }
  await work()
})

async function run(...typed: readonly string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const code = await runCommand(typed, {
    home: '/nowhere',
    databaseUrl: database().url,
    secrets: () => null,
    crypto: nodeCrypto,
    user: 'grace',
    nowMs: () => clock.wallMs(),
    say: write,
    note: write,
  })
  return { code, said: lines.join('\n') }
}

const work = () =>
  createMoneyWorker({
    pool: database().pool,
    clock,
    log: { info: () => undefined, error: () => undefined },
    handlers: {
      tip: () => {
        ends.push(next.do)
        return Promise.resolve(next)
      },
    },
  }).runDue()

test('SQ17: a tip that was set aside is shown with its code, and closed by whoever has seen to it', async () => {
  expect((await run('tasks', 'list')).said).toMatch(/tip:f00d +pi_\w+ +tip +1\.50 EUR +tip_after_batch/)
  expect(await run('tasks', 'close', 'tip:f00d', '--yes')).toEqual({
    code: 2,
    said: 'Usage: npm run gateway -- tasks close <task> [--yes] --note <why> [--by <who>]',
  })
  const closing = ['tasks', 'close', 'tip:f00d', '--note', 'paid in cash', '--by', 'Ada']
  expect((await run(...closing)).code).toBe(3)
  expect((await run(...closing, '--yes')).code).toBe(0)
  expect((await run('tasks', 'list')).said).not.toContain('tip:f00d')
  await work()
  expect(ends).toEqual(['park'])
  expect(await run('tasks', 'retry', 'tip:f00d', '--yes')).toEqual({
    code: 1,
    said: 'No such task is set aside.',
  })
  const at = new Date(SALE_MS).toISOString()
  const noted = `${at} +Ada +tasks close tip:f00d +paid in cash +${ACCOUNT}`
  expect((await run('acts', 'list')).said).toMatch(new RegExp(noted))
  expect((await run('acts', 'list')).said).not.toContain('retry')
})

test('what was done by hand names who is signed in where nobody is named, and is never changed', async () => {
  expect((await run('tasks', 'retry', 'tip:f00d', '--yes')).code).toBe(0)
  expect((await run('acts', 'list', '--account', ACCOUNT)).said).toMatch(/grace +tasks retry tip:f00d +acct_/)
  expect((await run('acts', 'list', '--account', 'acct_other')).said).not.toContain('grace')
  const { pool } = database()
  await expect(pool.query(`update operator_acts set done_by = 'nobody'`)).rejects.toThrow('never changed')
  await expect(pool.query('delete from operator_acts')).rejects.toThrow('never changed')
})

test('what is not noted is not done', async () => {
  const { pool } = database()
  await pool.query('alter table operator_acts add constraint full_disk check (false)')
  const asked = await run('tasks', 'retry', 'tip:f00d', '--yes')
  await pool.query('alter table operator_acts drop constraint full_disk')
  expect(asked.code).toBe(1)
  expect((await run('tasks', 'list')).said).toContain('tip:f00d')
})

test('what was mended meanwhile is done when it is retried, once', async () => {
  next = { do: 'done' }
  expect((await run('tasks', 'retry', 'tip:f00d', '--yes')).code).toBe(0)
  await work()
  await work()
  expect(ends).toEqual(['park', 'done'])
  expect((await run('tasks', 'close', 'tip:f00d', '--note', 'twice', '--yes')).code).toBe(1)
})
