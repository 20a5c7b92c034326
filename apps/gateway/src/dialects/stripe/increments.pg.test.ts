import { hostCapture, terminalCapture } from '@holdfast/iso8583'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listBatches } from '../../batches/batch-row.ts'
import { closeBatch } from '../../batches/close-batch.ts'
import { transaction } from '../../database/transaction.ts'
import { checkBooks } from '../../ledger/check-books.ts'
import { clientVersions, type IncrementShop, openIncrementShop } from '../../test-support/increment-shop.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'

const database = sharedDatabase()
let shop: IncrementShop

describe.each([hostCapture, terminalCapture])('TM14: more on a hold by $name', (host) => {
  beforeEach(async () => {
    shop = await openIncrementShop(database(), host)
  })
  afterEach(async () => {
    expect(await checkBooks(database().pool)).toEqual([])
    expect(shop.stack.gateway.errors).toEqual([])
    await shop.close()
  })
  const intents = () => shop.client().paymentIntents
  const raise = (id: string, amount: number, idempotencyKey?: string) =>
    intents().incrementAuthorization(id, { amount }, idempotencyKey === undefined ? {} : { idempotencyKey })
  const script = (action: object, next?: number) =>
    shop.stack.script({
      match: { message: 'increment', ...(next === undefined ? {} : { next }) },
      do: action,
    })
  const sale = async () => (await shop.stack.journal())[0]
  const knows = (...states: string[]) =>
    shop.stack.until(async () => states.includes((await shop.increments()).at(-1)?.state ?? ''))

  test.each(clientVersions)('the %s client raises a hold, and captures all of it', async (version) => {
    const { paymentIntents, charges } = shop.client(version)
    const id = await shop.held(1_000)
    const raised = await paymentIntents.incrementAuthorization(id, {
      amount: 1_500,
      description: 'Two more nights',
      metadata: { room: '7' },
      statement_descriptor: 'HOTEL',
    })
    expect(raised).toMatchObject({
      id,
      status: 'requires_capture',
      amount: 1_500,
      amount_capturable: 1_500,
      description: 'Two more nights',
      metadata: { room: '7' },
      statement_descriptor: 'HOTEL',
    })
    const { data: tries } = await charges.list({ payment_intent: id })
    expect(tries).toMatchObject([
      {
        amount: 1_500,
        captured: false,
        payment_method_details: {
          card_present: { amount_authorized: 1_500, incremental_authorization_supported: true },
        },
      },
    ])
    expect(await sale()).toMatchObject({
      amountMinor: 1_000,
      chargedMinor: 1_500,
      increments: [{ amountMinor: 500, outcome: 'approved', timesAsked: 1 }],
    })
    await paymentIntents.incrementAuthorization(id, { amount: 1_700 })
    const taken = await paymentIntents.capture(id)
    expect(taken).toMatchObject({ status: 'succeeded', amount: 1_700, amount_received: 1_700 })
    const { rows } = await database().pool.query(
      `select count(*)::integer as told from events
       where type = 'payment_intent.amount_capturable_updated' and object_id = $1`,
      [id],
    )
    expect(rows).toEqual([{ told: 3 }])
  })

  test('a decline changes nothing: what was held before is still to be captured', async () => {
    const id = await shop.held(1_000)
    await script({ responseCode: '51' })
    await expect(
      intents().incrementAuthorization(id, { amount: 1_500, metadata: { room: '7' } }),
    ).rejects.toMatchObject({
      statusCode: 402,
      type: 'StripeCardError',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      payment_intent: { id, amount: 1_000, amount_capturable: 1_000, status: 'requires_capture' },
    })
    expect((await intents().retrieve(id)).metadata).not.toHaveProperty('room')
    expect(await intents().capture(id)).toMatchObject({ status: 'succeeded', amount_received: 1_000 })
  })

  test('a part that the issuer approves is given back, and is a decline', async () => {
    const id = await shop.held(1_000)
    await script({ responseCode: '10', approvedMinor: 200 })
    await expect(raise(id, 1_500)).rejects.toMatchObject({ statusCode: 402, code: 'card_declined' })
    await knows('reversed')
    expect(await sale()).toMatchObject({ chargedMinor: 1_000, increments: [{ reversed: true }] })
  })

  test('P2: the same key asks the issuer once and hears the same end, approved or declined', async () => {
    const id = await shop.held(1_000)
    const first = await raise(id, 1_500, 'night-2')
    expect(await raise(id, 1_500, 'night-2')).toMatchObject({ id, amount: first.amount })
    await script({ responseCode: '05' })
    const declined = { statusCode: 402, decline_code: 'do_not_honor' }
    await expect(raise(id, 1_900, 'night-3')).rejects.toMatchObject(declined)
    await shop.stack.clearScript()
    await expect(raise(id, 1_900, 'night-3')).rejects.toMatchObject(declined)
    expect((await sale())?.increments?.map(({ timesAsked }) => timesAsked)).toEqual([1, 1])
  })

  test('two at once: one is asked, and the other is told to come again', async () => {
    const id = await shop.held(1_000)
    await script({ delayMs: 200 })
    const ends = await Promise.allSettled([raise(id, 1_500), raise(id, 1_600)])
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refused = ends.find((end) => end.status === 'rejected')
    expect(refused?.reason).toMatchObject({ statusCode: 409, code: 'lock_timeout' })
    expect(await shop.increments()).toHaveLength(1)
  })

  test('captured while the issuer is being asked: it is told to come again, and takes what was held', async () => {
    const id = await shop.held(1_000)
    await script({ delayMs: 300 })
    const raising = raise(id, 1_500)
    await knows('sent')
    await expect(intents().capture(id)).rejects.toMatchObject({ statusCode: 409, code: 'lock_timeout' })
    await raising
    expect(await intents().capture(id)).toMatchObject({ amount_received: 1_500 })
    await expect(raise(id, 1_600)).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' })
  })

  test('captured by its device while the issuer is being asked: that waits, and is done once', async () => {
    const id = await shop.held(1_000)
    await script({ delayMs: 300 })
    const raising = raise(id, 1_500)
    await knows('sent')
    const { device, gateway } = shop.stack
    const { saleId: sale } = await gateway.payment(id)
    const body = { kind: 'capture.requested', sale, payment: id, amountMinor: 1_000, currency: 'eur' }
    await gateway.send(device, [await device.append(body)])
    await raising
    await shop.stack.until(async () => (await intents().retrieve(id)).status === 'succeeded')
    expect(await intents().retrieve(id)).toMatchObject({ amount: 1_500, amount_received: 1_000 })
  })

  test('canceled while the issuer is being asked: nothing stays held', async () => {
    const id = await shop.held(1_000)
    await script({ delayMs: 400 })
    const raising = raise(id, 1_500).catch((error: unknown) => error)
    await knows('sent')
    expect(await intents().cancel(id)).toMatchObject({ status: 'canceled' })
    expect(await raising).toMatchObject({ statusCode: expect.any(Number) as number })
    await knows('reversed', 'declined')
    await shop.stack.until(async () => (await sale())?.reversed === true)
    expect(await sale()).toMatchObject({ chargedMinor: 0 })
    expect(await intents().retrieve(id)).toMatchObject({ status: 'canceled', amount: 1_000 })
  })

  test('canceled after it was raised, everything is given back', async () => {
    const id = await shop.held(1_000)
    await raise(id, 1_500)
    await intents().cancel(id)
    await shop.stack.until(async () => (await sale())?.reversed === true)
    expect(await sale()).toMatchObject({ chargedMinor: 0 })
  })

  test('an answer that is lost: the issuer holds it once or not at all, and the merchant hears which', async () => {
    const id = await shop.held(1_000)
    await script({ drop: 'after' }, 1)
    const end = await raise(id, 1_500, 'lost').catch((error: unknown) => error)
    if (host.hostDeduplicates) {
      expect(end).toMatchObject({ amount: 1_500 })
      expect(await sale()).toMatchObject({ chargedMinor: 1_500, increments: [{ timesAsked: 2 }] })
    } else {
      expect(end).toMatchObject({ statusCode: 503, type: 'StripeAPIError' })
      await knows('reversed')
      await expect(raise(id, 1_500, 'lost')).rejects.toMatchObject({ statusCode: 503 })
      expect(await sale()).toMatchObject({ chargedMinor: 1_000, increments: [{ reversed: true }] })
      expect(await raise(id, 1_500, 'anew')).toMatchObject({ amount: 1_500 })
    }
  })

  test('killed between the message and its answer: the next owner finds out, and the same key tells the end', async () => {
    const id = await shop.held(1_000)
    await script({ drop: 'after' }, 1)
    const raising = raise(id, 1_500, 'killed').catch((error: unknown) => error)
    await knows('sent')
    await shop.stack.restart()
    await knows('approved', 'reversed')
    await raising
    const charged = host.hostDeduplicates ? 1_500 : 1_000
    expect(await sale()).toMatchObject({ chargedMinor: charged })
    const told = await raise(id, 1_500, 'killed').catch((error: unknown) => error)
    expect(told).toMatchObject(host.hostDeduplicates ? { amount: 1_500 } : { statusCode: 503 })
    expect(await intents().capture(id)).toMatchObject({ amount_received: charged })
  })

  test('killed while a part is taken back: the next owner says it again, and it is given back once', async () => {
    const id = await shop.held(1_000)
    await script({ responseCode: '10', approvedMinor: 200 }, 1)
    await shop.stack.script({ match: { message: 'reversal', next: 1 }, do: { drop: 'after' } })
    await expect(raise(id, 1_500)).rejects.toMatchObject({ statusCode: 402 })
    await shop.stack.until(async () => (await sale())?.increments?.[0]?.reversed === true)
    await shop.stack.restart()
    await knows('reversed')
    expect(await sale()).toMatchObject({ chargedMinor: 1_000, reversed: false })
    expect(await raise(id, 1_500)).toMatchObject({ amount: 1_500 })
  })

  test('0008: a gateway that was restored asks for the same step as a repeat, or not at all', async () => {
    const id = await shop.held(1_000)
    await raise(id, 1_500)
    await database().pool.query(`
      begin;
      delete from increments;
      update payments set incremented_minor = null, as_of = as_of - 1, version = version + 1;
      commit`)
    const end = await raise(id, 1_500).catch((error: unknown) => error)
    if (host.hostKnowsRrn) {
      expect(end).toMatchObject({ amount: 1_500 })
      expect(await sale()).toMatchObject({ chargedMinor: 1_500, increments: [{ timesAsked: 2 }] })
    } else {
      expect(end).toMatchObject({ code: 'payment_intent_unexpected_state' })
      expect(await sale()).toMatchObject({ increments: [{ timesAsked: 1 }] })
    }
    // The final amount takes the place of all that was held, counted or not.
    const knownMinor = host.hostKnowsRrn ? 1_500 : 1_000
    expect(await intents().capture(id)).toMatchObject({ amount_received: knownMinor })
    await closeBatches()
    await shop.stack.until(async () => (await sale())?.chargedMinor === knownMinor)
  })

  test('0008: what a lost database had asked is counted when nobody waits for it any more, and never held twice', async () => {
    const id = await shop.held(1_000)
    await raise(id, 1_500)
    await database().pool.query(`
      begin;
      update increments set state = 'due', due_ms = 1, ask_before_ms = 1, as_of = as_of - 1, stan = null,
        transmitted_ms = null, send_before_ms = null, repeats = null, response_code = null, approval_code = null,
        ended_ms = null;
      update payments set incremented_minor = null, as_of = as_of - 1, version = version + 1;
      commit`)
    await knows('approved', 'canceled')
    const timesAsked = host.hostKnowsRrn ? 2 : 1
    expect(await sale()).toMatchObject({ chargedMinor: 1_500, increments: [{ timesAsked }] })
    expect((await intents().retrieve(id)).amount_capturable).toBe(host.hostKnowsRrn ? 1_500 : 1_000)
  })

  test('refused in Stripe’s words', async () => {
    const id = await shop.held(1_000)
    for (const amount of [1_000, 999]) {
      await expect(raise(id, amount)).rejects.toMatchObject({ code: 'amount_too_small', param: 'amount' })
    }
    await expect(raise(id, 1.5)).rejects.toMatchObject({ code: 'parameter_invalid_integer' })
    await expect(raise('pi_none', 2_000)).rejects.toMatchObject({ code: 'resource_missing' })
    const fee = { amount: 2_000, application_fee_amount: 1 }
    await expect(intents().incrementAuthorization(id, fee)).rejects.toMatchObject({
      code: 'parameter_unknown',
    })
    const wanted = { amount: 500, currency: 'eur', payment_method_types: ['card_present'] }
    const { id: asked } = await intents().create(wanted)
    await expect(raise(asked, 600)).rejects.toMatchObject({ code: 'payment_intent_unexpected_state' })
    await database().pool.query(`update links set host_state = 'down'`)
    await expect(raise(id, 2_000, 'down')).rejects.toMatchObject({ statusCode: 503 })
    await database().pool.query(`update links set host_state = 'up'`)
    expect(await raise(id, 2_000, 'down')).toMatchObject({ amount: 2_000 })
  })

  test('the database counts what was approved, and takes one at a time', async () => {
    const id = await shop.held(1_000)
    await raise(id, 1_500)
    const { pool } = database()
    await expect(pool.query('update payments set incremented_minor = 501')).rejects.toThrow('are counted as')
    await expect(pool.query(`update increments set amount_minor = 400`)).rejects.toThrow('are counted as')
    const second = `insert into increments select (jsonb_populate_record(i, jsonb_build_object('increment', $1::text,
      'rrn', $2::text, 'state', 'due', 'due_ms', 1, 'stan', null, 'transmitted_ms', null, 'send_before_ms', null,
      'repeats', null, 'response_code', null, 'approval_code', null, 'ended_ms', null))).* from increments i limit 1`
    // What is due in no link's name is asked by nobody.
    await pool.query(second, ['inc_2', 'AAAAAAAAAAAA'])
    await expect(pool.query(second, ['inc_3', 'BBBBBBBBBBBB'])).rejects.toThrow('increments_one_in_flight')
  })
})

async function closeBatches(): Promise<void> {
  const nowMs = shop.stack.world.clock.wallMs()
  await transaction(database().pool, async (tx) => {
    for (const batch of await listBatches(tx, { account: null, limit: 10 }))
      await closeBatch(tx, batch, { nowMs, overMissingTips: false })
  })
}

test('the process that answers a merchant is not the one that asks the issuer, and both read the same row', async () => {
  shop = await openIncrementShop(database(), hostCapture, { apart: true })
  const id = await shop.held(1_000)
  expect(await shop.client().paymentIntents.incrementAuthorization(id, { amount: 1_500 })).toMatchObject({
    amount: 1_500,
  })
  const found = await shop.client().paymentIntents.search({ query: 'amount:1500' })
  expect(found.data.map((intent) => intent.id)).toEqual([id])
  await shop.close()
})
