import { advanceIncrement, must } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { hostCapture, terminalCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { findIncrement, saveIncrement } from '../increments/increment-row.ts'
import { checkBooks } from '../ledger/check-books.ts'
import { readDatabaseFigures } from '../metrics/database-figures.ts'
import { type IncrementShop, openIncrementShop } from '../test-support/increment-shop.ts'
import { ACCOUNT } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { runCommand } from './run-command.ts'

const database = sharedDatabase()
let shop: IncrementShop

/** Longer than any answer takes, a repeat's included. */
const LATER_MS = 60_000

describe.each([hostCapture, terminalCapture])('TM14: an increment that nobody answers, by $name', (host) => {
  beforeEach(async () => {
    shop = await openIncrementShop(database(), host)
  })
  afterEach(async () => {
    await Promise.all(ends.splice(0))
    expect(await checkBooks(database().pool)).toEqual([])
    expect(shop.stack.gateway.errors).toEqual([])
    await shop.close()
  })
  /** What a merchant hears in the end who had waited. */
  const ends: Promise<unknown>[] = []
  const intents = () => shop.client().paymentIntents
  const sale = async () => (await shop.stack.journal())[0]
  const state = async () => (await shop.increments()).at(-1)?.state

  /** 5.00 more were asked for on a hold of 10.00 by an owner of the link that is gone, and its answer is lost. Their ids. */
  async function stick(fault: 'before' | 'after'): Promise<{ payment: string; increment: string }> {
    const payment = await shop.held(1_000)
    await shop.stack.script({ match: { message: 'increment' }, do: { drop: fault } })
    const raising = intents()
      .incrementAuthorization(payment, { amount: 1_500 })
      .catch((error: unknown) => error)
    await shop.stack.until(async () => (await state()) === 'sent')
    if (fault === 'after') await shop.stack.until(async () => (await sale())?.increments?.length === 1)
    await shop.stack.stop()
    shop.stack.leap(LATER_MS)
    ends.push(raising)
    const { rows } = await database().pool.query<{ increment: string }>(
      'select increment from increments where due_ms is not null',
    )
    return { payment, increment: rows[0]?.increment ?? '' }
  }

  test('it is listed, counted and shown once nobody waits for it any more', async () => {
    const payment = await shop.held(1_000)
    await shop.stack.script({ match: { message: 'increment', next: 1 }, do: { delayMs: 500 } })
    const raising = intents().incrementAuthorization(payment, { amount: 1_200 })
    await shop.stack.until(async () => (await state()) === 'sent')
    expect((await run('increments', 'list')).said).toContain(payment)
    expect((await run('increments', 'list', '--stuck')).said).not.toContain(payment)
    expect(await counted()).toEqual([])
    await raising
    expect((await run('increments', 'list')).said).not.toContain(payment)

    const { increment, payment: stuck } = await stick('before')
    expect((await run('increments', 'list', '--stuck')).said).toMatch(
      new RegExp(`${increment} +${stuck} +5\\.00 EUR +10\\.00 EUR +unknown +1 +stuck`),
    )
    expect(await counted()).toEqual([{ state: 'unknown', count: 1 }])
    const page = await shop.operatorPage()
    expect(page).toContain(increment)
    expect(page).not.toContain(payment)
  })

  test.each(['before', 'after'] as const)(
    'given up with its message lost %s the issuer decided, it is taken back, and its payment is captured without it',
    async (fault) => {
      const { payment, increment } = await stick(fault)
      await expect(intents().capture(payment)).rejects.toMatchObject({ code: 'lock_timeout' })
      expect((await run('increments', 'give-up', increment)).code).toBe(3)
      await expect(intents().capture(payment)).rejects.toMatchObject({ code: 'lock_timeout' })
      expect(await run('increments', 'give-up', increment, '--yes')).toMatchObject({ code: 0 })
      expect(await state()).toBe('reversing')
      expect(await intents().capture(payment)).toMatchObject({ amount: 1_000, amount_received: 1_000 })

      await shop.stack.clearScript()
      await shop.stack.restart()
      await shop.stack.until(async () => (await state()) === 'reversed')
      const asked = (await sale())?.increments?.map(({ reversed }) => reversed)
      expect(asked ?? []).toEqual(fault === 'after' ? [true] : [])
      expect(await sale()).toMatchObject({ reversed: false, chargedMinor: 1_000 })
      expect(await intents().retrieve(payment)).toMatchObject({ amount: 1_000, amount_received: 1_000 })
    },
  )

  test('P2: given up by two at once it is taken back once, and an owner of the link that had just looked asks no more', async () => {
    const { increment: incrementId } = await stick('after')
    const { pool } = database()
    const looked = must(
      await findIncrement(pool, { account: ACCOUNT, mode: 'test', incrementId }),
      'it was asked for',
    )
    const both = await Promise.all([1, 2].map(() => run('increments', 'give-up', incrementId, '--yes')))
    expect(new Set(both.map(({ code }) => code))).toEqual(new Set([0, 1]))
    const asking = { type: 'sent', stan: '', sendBeforeMs: 9, nowMs: 5 } as const
    const again = must(advanceIncrement(looked.increment, asking), 'nobody knows yet')
    expect(await transaction(pool, (tx) => saveIncrement(tx, looked, again))).toBe(false)
    await shop.stack.clearScript()
    await shop.stack.restart()
    await shop.stack.until(async () => (await state()) === 'reversed')
    expect(await sale()).toMatchObject({ chargedMinor: 1_000, increments: [{ timesAsked: 1 }] })
    expect((await run('increments', 'give-up', incrementId, '--yes')).said).toContain('has ended')
  })

  test('P2: the STAN that takes it back is one that the owner of the link never uses', async () => {
    const { increment } = await stick('after')
    await database().pool.query('update links set stan_next = 1')
    await run('increments', 'give-up', increment, '--yes')
    const { rows } = await database().pool.query('select stan_next, reversal_stan from links, increments')
    expect(rows).toEqual([{ stan_next: 2, reversal_stan: '000001' }])
  })

  test('what is still awaited, what may be known to a lost database, and what is nobody’s is not given up', async () => {
    const { increment } = await stick('after')
    const giveUp = async () => (await run('increments', 'give-up', increment, '--yes')).said
    shop.stack.leap(-2 * LATER_MS)
    expect(await giveUp()).toContain('may still come')
    shop.stack.leap(2 * LATER_MS)
    await database().pool.query('update settings set generation = generation + 1')
    expect(await giveUp()).toContain('lost database')
    await database().pool.query('update settings set generation = generation - 1')
    expect((await run('increments', 'give-up', 'inc_nobody', '--yes')).code).toBe(1)
    expect(await state()).toBe('unknown')
  })

  test('P2: what an owner that was killed had sent is given up when no answer can come in time any more', async () => {
    const { increment } = await stick('after')
    const nowMs = shop.stack.world.clock.wallMs()
    await database().pool.query(`update increments set state = 'sent', due_ms = $1, send_before_ms = $1`, [
      nowMs,
    ])
    expect((await run('increments', 'give-up', increment, '--yes')).said).toContain('may still come')
    shop.stack.leap(LATER_MS)
    expect((await run('increments', 'give-up', increment, '--yes')).code).toBe(0)
    expect(await state()).toBe('reversing')
  })

  test('what never left is called off', async () => {
    const { payment, increment } = await stick('before')
    await database().pool.query(
      `update increments set state = 'due', due_ms = 1, stan = null, transmitted_ms = null, send_before_ms = null,
         repeats = null`,
    )
    await run('increments', 'give-up', increment, '--yes')
    expect(await state()).toBe('canceled')
    expect(await intents().capture(payment)).toMatchObject({ amount_received: 1_000 })
  })
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
    nowMs: () => shop.stack.world.clock.wallMs(),
    say: write,
    note: write,
  })
  return { code, said: lines.join('\n') }
}

async function counted(): Promise<readonly object[] | undefined> {
  const { clock, profile } = shop.stack.world
  const asked = { link: profile.link, nowMs: clock.wallMs(), captureWithinMs: hostCapture.captureWithinMs }
  return (await readDatabaseFigures(database().pool, asked))?.stuckIncrements
}
