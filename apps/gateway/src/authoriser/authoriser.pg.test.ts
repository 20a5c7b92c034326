import { approvedMinorOf, statusOf } from '@holdfast/core'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { AcquirerAnswer } from '../acquirer/acquirer-port.ts'
import { APPROVED } from '../test-support/scripted-acquirer.ts'
import { TEST_PANS, type TestDevice, type TestSale } from '../test-support/test-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'

const HOUR_MS = 3_600_000
const database = sharedDatabase()
let gateway: TestGateway
let device: TestDevice

beforeEach(async () => {
  gateway = createTestGateway(database())
  device = await gateway.addDevice(1)
})

afterEach(() => gateway.close())

async function sendStored(changes: Partial<TestSale> = {}) {
  const sale = device.newSale(changes)
  const attempt = await device.read(sale)
  await gateway.send(device, [await device.opened(sale), await device.stored(sale, attempt)])
  return sale
}

async function presentOnline(sale = device.newSale(), ordinal = 1) {
  const attempt = await device.read(sale, ordinal === 1 ? 'visa' : 'mastercard', ordinal)
  const record = await device.attempted(sale, attempt)
  const answer = await gateway.present(device, record)
  return { sale, attempt, record, answer }
}

async function status(sale: TestSale): Promise<string> {
  return statusOf((await gateway.payment(sale.paymentId)).story)
}

async function states(sale: TestSale): Promise<string[]> {
  return (await gateway.payment(sale.paymentId)).story.attempts.map((attempt) => attempt.state)
}

const becomes = (sale: TestSale, wanted: string) => gateway.until(async () => (await status(sale)) === wanted)
const reach = (sale: TestSale, wanted: string[]) =>
  gateway.until(async () => (await states(sale)).join() === wanted.join())

/** An answer that comes when the test says so. */
function late() {
  const { promise, resolve } = Promise.withResolvers<AcquirerAnswer>()
  gateway.acquirer.answer(promise)
  return resolve
}

describe('a stored payment', () => {
  test('is asked once as a deferred sale, and its approval is told to the device', async () => {
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    const [message] = gateway.acquirer.authorisations
    expect(gateway.acquirer.authorisations).toHaveLength(1)
    expect(message).toMatchObject({
      deferred: true,
      repeat: false,
      terminalId: 'HF000001',
      stan: '000001',
      saleMs: (await gateway.payment(sale.paymentId)).openedMs,
      utcOffsetMin: 60,
      money: { amountMinor: 1_250, currency: 'eur' },
      card: { pan: TEST_PANS.visa, expiry: '3012' },
    })
    expect(await gateway.outcomes(device)).toEqual([
      expect.objectContaining({
        payment: sale.paymentId,
        status: 'succeeded',
        responseCode: '00',
        approvalCode: '654321',
      }),
    ])
    expect(gateway.errors).toEqual([])
  })

  test('with manual capture waits for its capture', async () => {
    const sale = await sendStored({ captureMethod: 'manual' })
    gateway.startAuthoriser()
    await becomes(sale, 'requires_capture')
  })

  test('MC3: that the issuer approves in part stands with that part, and the device is told what is owed', async () => {
    gateway.acquirer.answer({ ...APPROVED, responseCode: '10', amountMinor: 700 })
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    const { story, attention } = await gateway.payment(sale.paymentId)
    expect(approvedMinorOf(story)).toBe(700)
    expect(attention).toBeNull()
    expect(await gateway.outcomes(device)).toMatchObject([
      { status: 'succeeded', amountMinor: 1_250, approvedMinor: 700, responseCode: '10' },
    ])
  })

  test('that is voided after its outcome was told is reversed, and the device is told that too', async () => {
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    await gateway.send(device, [await device.voided(sale)])
    await reach(sale, ['reversed'])
    expect(await gateway.outcomes(device)).toMatchObject([{ status: 'succeeded' }, { status: 'canceled' }])
  })

  test('that the issuer declines is closed, told, and not asked again', async () => {
    gateway.acquirer.answer({ kind: 'declined', responseCode: '51' })
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'declined')
    gateway.clock.advance(48 * HOUR_MS)
    await gateway.until(() => true)
    expect(gateway.acquirer.authorisations).toHaveLength(1)
    expect(await gateway.outcomes(device)).toMatchObject([{ status: 'declined', responseCode: '51' }])
  })

  test('that nobody decided on is asked anew, as another message', async () => {
    gateway.acquirer.answer({ kind: 'retry_later', responseCode: '91', triesMax: 20, afterMs: 1_000 })
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    const [first, second] = gateway.acquirer.authorisations
    expect(second).toMatchObject({ repeat: false })
    expect(second?.stan).not.toBe(first?.stan)
    expect(second?.rrn).not.toBe(first?.rrn)
    expect(await states(sale)).toEqual(['declined', 'approved'])
  })

  test('that surely did not leave is sent when it can', async () => {
    gateway.acquirer.answer({ kind: 'not_sent' }, { kind: 'not_sent' })
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations).toHaveLength(3)
    expect(await states(sale)).toEqual(['approved'])
  })
})

test('no answer: the same message again until there is one, and one approval (P2)', async () => {
  gateway.acquirer.answer({ kind: 'no_answer' }, { kind: 'no_answer' })
  const sale = await sendStored()
  gateway.startAuthoriser()
  await becomes(sale, 'succeeded')
  const messages = gateway.acquirer.authorisations
  expect(messages.map((message) => message.repeat)).toEqual([false, true, true])
  for (const field of ['stan', 'rrn', 'transmittedAtMs', 'terminalId', 'saleMs'] as const)
    expect(new Set(messages.map((message) => message[field])).size).toBe(1)
  expect(await states(sale)).toEqual(['approved'])
  expect(await gateway.outcomes(device)).toHaveLength(1)
})

describe('when the owner of the link dies', () => {
  test('with a message in flight, the next owner repeats that very message and approves once', async () => {
    const answer = late()
    const sale = await sendStored()
    const dead = gateway.startAuthoriser()
    await gateway.until(() => gateway.acquirer.authorisations.length === 1)
    expect(await states(sale)).toEqual(['sent'])
    dead.freeze()

    // The second takes the link when the lease of the first is over.
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    const [first, second] = gateway.acquirer.authorisations
    expect(second).toEqual({ ...first, repeat: true })

    // The first one was only asleep, and has an answer of its own: fenced out, it changes nothing.
    answer({ kind: 'declined', responseCode: '05' })
    dead.thaw()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await status(sale)).toBe('succeeded')
    expect(gateway.acquirer.authorisations).toHaveLength(2)
  })

  test('two that live at the same time never both send', async () => {
    for (let n = 0; n < 3; n += 1) gateway.startAuthoriser()
    const sales = [await sendStored(), await sendStored(), await sendStored()]
    for (const sale of sales) await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations).toHaveLength(3)
    expect(new Set(gateway.acquirer.authorisations.map((message) => message.stan)).size).toBe(3)
  })
})

describe('an online sale', () => {
  test('is answered at once, then approved, and the acceptance adopts the approval', async () => {
    const decide = late()
    gateway.startAuthoriser()
    const { sale, attempt, answer } = await presentOnline()
    expect(answer.outcome.result).toBe('pending')
    decide(APPROVED)
    await gateway.until(async () => (await states(sale))[0] === 'approved')
    expect(gateway.acquirer.authorisations[0]).toMatchObject({ deferred: false })
    await gateway.send(device, [await device.approved(sale, attempt)])
    expect(await status(sale)).toBe('succeeded')
    expect(gateway.acquirer.authorisations).toHaveLength(1)
  })

  test('waits for its answer as long as the device asks, and hears it', async () => {
    const answer = late()
    gateway.startAuthoriser()
    const { sale, attempt } = await presentOnline()
    const path = `/device/v1/attempts/${attempt.attemptId}?payment=${sale.paymentId}&waitMs=10000`
    const asked = gateway.api(await device.request('GET', path))
    await gateway.until(() => gateway.acquirer.authorisations.length === 1)
    answer(APPROVED)
    const heard = await asked
    expect(JSON.stringify(heard.body)).toContain('654321')
  })

  test('stored by its device while the issuer was still thinking is adopted when the approval comes', async () => {
    const answer = late()
    gateway.startAuthoriser()
    const { sale, attempt } = await presentOnline()
    await gateway.until(() => gateway.acquirer.authorisations.length === 1)
    await gateway.send(device, [await device.stored(sale, attempt)])
    answer(APPROVED)
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations).toHaveLength(1)
  })

  test('voided while the message was in flight is reversed when the approval comes (MC1)', async () => {
    const answer = late()
    gateway.startAuthoriser()
    const { sale } = await presentOnline()
    await gateway.until(() => gateway.acquirer.authorisations.length === 1)
    await gateway.send(device, [await device.voided(sale)])
    answer(APPROVED)
    await reach(sale, ['reversed'])
    const [sent] = gateway.acquirer.authorisations
    expect(gateway.acquirer.reversals).toEqual([
      expect.objectContaining({
        why: 'customer',
        pan: TEST_PANS.visa,
        original: { advice: false, holds: false, stan: sent?.stan, transmittedAtMs: sent?.transmittedAtMs },
      }),
    ])
    expect(await status(sale)).toBe('canceled')
    expect(await gateway.outcomes(device)).toMatchObject([{ status: 'canceled' }])
  })

  test('whose reversal gets no answer is reversed again with the same message', async () => {
    gateway.acquirer.answerReversal({ kind: 'no_answer' }, { kind: 'no_answer' })
    gateway.startAuthoriser()
    const { sale } = await presentOnline()
    await gateway.until(async () => (await states(sale))[0] === 'approved')
    await gateway.send(device, [await device.voided(sale)])
    await reach(sale, ['reversed'])
    const { reversals } = gateway.acquirer
    expect(reversals.map((message) => message.repeat)).toEqual([false, true, true])
    expect(new Set(reversals.map((message) => message.stan)).size).toBe(1)
  })

  test('asked again with another card: the first approval is reversed, the second stands', async () => {
    const answer = late()
    gateway.startAuthoriser()
    const first = await presentOnline()
    await gateway.until(() => gateway.acquirer.authorisations.length === 1)
    const second = await presentOnline(first.sale, 2)
    answer(APPROVED)
    await reach(first.sale, ['reversed', 'approved'])
    await gateway.send(device, [await device.approved(first.sale, second.attempt)])
    expect(await status(first.sale)).toBe('succeeded')
    expect(gateway.acquirer.reversals).toHaveLength(1)
    expect((await gateway.payment(first.sale.paymentId)).story.attempts[0]).toMatchObject({
      why: 'superseded',
    })
  })

  test('declined and then stored by its device is never asked again: the decline is final', async () => {
    gateway.acquirer.answer({ kind: 'declined', responseCode: '05' })
    gateway.startAuthoriser()
    const { sale, attempt } = await presentOnline()
    await gateway.until(async () => (await states(sale))[0] === 'declined')
    await gateway.send(device, [await device.stored(sale, attempt)])
    await becomes(sale, 'declined')
    expect(gateway.acquirer.authorisations).toHaveLength(1)
  })

  test('that could not be sent is left to the device, and sent as deferred once it was stored', async () => {
    gateway.acquirer.answer({ kind: 'not_sent' })
    gateway.startAuthoriser()
    const { sale, attempt } = await presentOnline()
    await reach(sale, ['shelved'])
    await gateway.send(device, [await device.stored(sale, attempt)])
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations.map((message) => message.deferred)).toEqual([false, true])
  })

  test('whose request was held up on its way starts nothing after the device has decided', async () => {
    const sale = device.newSale()
    const attempt = await device.read(sale)
    const record = await device.attempted(sale, attempt)
    await gateway.send(device, [await device.stored(sale, attempt)])
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    const answer = await gateway.present(device, record)
    expect(answer.outcome).toMatchObject({ result: 'approved' })
    expect(gateway.acquirer.authorisations).toHaveLength(1)
  })
})

test('an approval that no device claims is reversed at the deadline, and asked anew when the acceptance comes later', async () => {
  gateway.startAuthoriser()
  const { sale, attempt } = await presentOnline()
  await gateway.until(async () => (await states(sale))[0] === 'approved')
  gateway.clock.advance(23 * HOUR_MS)
  await gateway.until(() => true)
  expect(gateway.acquirer.reversals).toHaveLength(0)
  gateway.clock.advance(HOUR_MS)
  await reach(sale, ['reversed'])
  expect((await gateway.payment(sale.paymentId)).story.attempts[0]).toMatchObject({ why: 'unclaimed' })

  // The device was away for a day with a sale that it had shown as approved.
  await gateway.send(device, [await device.approved(sale, attempt)])
  await becomes(sale, 'succeeded')
  expect(await states(sale)).toEqual(['reversed', 'approved'])
  const [first, second] = gateway.acquirer.authorisations
  expect(second).toMatchObject({ deferred: true, repeat: false })
  expect(second?.rrn).not.toBe(first?.rrn)
})

test('a stored payment waits until its device has brought what it has stated, so that its void is not outrun', async () => {
  const sale = device.newSale()
  const attempt = await device.read(sale)
  const stored = await device.stored(sale, attempt)
  const voided = await device.voided(sale)
  gateway.startAuthoriser()
  // The manifest already counts the void, which is not in this batch.
  await gateway.send(device, [stored])
  gateway.clock.advance(30_000)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(gateway.acquirer.authorisations).toHaveLength(0)
  await gateway.send(device, [voided])
  expect(await status(sale)).toBe('canceled')
  expect(gateway.acquirer.authorisations).toHaveLength(0)
})

describe('a sale that is done is told, and not asked (ST12)', () => {
  async function sendDone(kind: 'card_approved' | 'voice') {
    const sale = device.newSale()
    const attempt = await device.read(sale)
    await gateway.send(device, [await device.opened(sale), await device.stored(sale, attempt, kind)])
    return sale
  }

  test('the card approved it: an advice with Y1 or Y3, and its acceptance is the outcome', async () => {
    gateway.acquirer.answer({ ...APPROVED, responseCode: 'Y1', approvalCode: 'Y1' })
    const sale = await sendDone('card_approved')
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations).toEqual([])
    expect(gateway.acquirer.advices).toMatchObject([{ repeat: false, advised: { kind: 'card_approved' } }])
    expect(await gateway.outcomes(device)).toMatchObject([
      { status: 'succeeded', responseCode: 'Y1', authorisation: { advice: true } },
    ])
  })

  test('a voice approved it: the advice carries the code that was given', async () => {
    const sale = await sendDone('voice')
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.advices).toMatchObject([{ advised: { kind: 'voice', approvalCode: 'V01CE1' } }])
  })

  test('no answer is told again as the same message, also where the host does not remember, and never reversed', async () => {
    gateway.acquirer.answer({ kind: 'no_answer' }, { kind: 'no_answer' })
    const sale = await sendDone('card_approved')
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    const [first, second, third] = gateway.acquirer.advices
    expect([first?.repeat, second?.repeat, third?.repeat]).toEqual([false, true, true])
    expect(third).toMatchObject({ stan: first?.stan, rrn: first?.rrn })
    expect(gateway.acquirer.reversals).toEqual([])
  })

  test('a host that cannot take it six times leaves it to a human; it is never declined', async () => {
    gateway.acquirer.answer(
      ...Array.from({ length: 9 }, () => ({ kind: 'refused', responseCode: '30' }) as const),
    )
    const sale = await sendDone('card_approved')
    gateway.startAuthoriser()
    await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention === 'advice_refused', {
      stepMs: 500,
    })
    expect(gateway.acquirer.advices).toHaveLength(6)
    expect(await status(sale)).toBe('processing')
  })

  test('voided while the host refuses it for the last time, it waits for nobody: it is reversed', async () => {
    gateway.acquirer.answer(
      ...Array.from({ length: 5 }, () => ({ kind: 'refused', responseCode: '30' }) as const),
    )
    const sale = await sendDone('card_approved')
    const answer = late()
    gateway.startAuthoriser()
    await gateway.until(() => gateway.acquirer.advices.length === 6, { stepMs: 2_000 })
    await gateway.send(device, [await device.voided(sale)])
    answer({ kind: 'refused', responseCode: '30' })
    await reach(sale, ['reversed'])
    expect((await gateway.payment(sale.paymentId)).attention).toBeNull()
  })

  test('voided after it was told, it is reversed as the advice that it was', async () => {
    const sale = await sendDone('card_approved')
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    await gateway.send(device, [await device.voided(sale)])
    await reach(sale, ['reversed'])
    expect(gateway.acquirer.reversals).toMatchObject([{ original: { advice: true } }])
  })

  test('asked online before the card had the last word: a late approval is the authorisation, and nothing is told twice', async () => {
    const answer = late()
    const { sale, attempt } = await presentOnline()
    gateway.startAuthoriser()
    await reach(sale, ['sent'])
    await gateway.send(device, [await device.stored(sale, attempt, 'card_approved')])
    answer(APPROVED)
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.advices).toEqual([])
  })
})

test('one card is asked about once at a time, different cards together', async () => {
  const answers = [late(), late(), late()]
  const sales = [device.newSale(), device.newSale(), device.newSale()]
  for (const [at, sale] of sales.entries()) {
    const attempt = await device.read(sale, at === 2 ? 'mastercard' : 'visa')
    await gateway.send(device, [await device.stored(sale, attempt)])
  }
  gateway.startAuthoriser()
  await gateway.until(() => gateway.acquirer.authorisations.length === 2)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(gateway.acquirer.authorisations.map((message) => message.card.pan).sort()).toEqual(
    [TEST_PANS.visa, TEST_PANS.mastercard].sort(),
  )
  for (const answer of answers) answer(APPROVED)
  for (const sale of sales) await becomes(sale, 'succeeded')
})

test('P6: a stored payment that fails again and again holds up no younger one, even where one at a time is asked', async () => {
  const { pool } = gateway.database
  await gateway.close()
  gateway = createTestGateway(database(), { profile: { concurrentMax: 1 } })
  device = await gateway.addDevice(2)
  const poison = device.newSale()
  await gateway.send(device, [await device.stored(poison, await device.read(poison, 'mastercard'))])
  gateway.clock.advance(1_000)
  const good = await sendStored()
  await pool.query(`
    create function refuse_poison() returns trigger language plpgsql as $$
    begin raise exception 'not this one'; end $$;
    create trigger poison before update on payments
    for each row when (new.payment = '${poison.paymentId}') execute function refuse_poison()`)
  try {
    gateway.startAuthoriser()
    await becomes(good, 'succeeded')
    expect(await states(poison)).toEqual(['planned'])
  } finally {
    await pool.query('drop trigger poison on payments; drop function refuse_poison')
  }
  await becomes(poison, 'succeeded')
})

test('a block that cannot be opened is left to a human, and the payment is not lost', async () => {
  const sale = device.newSale()
  const attempt = await device.read({ ...sale, amountMinor: 1 })
  await gateway.send(device, [await device.stored(sale, attempt)])
  gateway.startAuthoriser()
  await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention !== null)
  expect(await gateway.payment(sale.paymentId)).toMatchObject({ attention: 'card_block_unreadable' })
  expect(await status(sale)).toBe('processing')
  expect(gateway.acquirer.authorisations).toHaveLength(0)
})

describe('fault 67: a card that is sealed to a key which this process does not have', () => {
  test('waits for the process that is started with it', async () => {
    const newKeys = withoutSealKeys()
    const sale = await sendStored()
    gateway.startAuthoriser()
    await gateway.until(() => gateway.errors.length > 0)
    newKeys()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations).toHaveLength(1)
  })

  test('is left to a human when none has come for an hour', async () => {
    withoutSealKeys()
    const sale = await sendStored()
    gateway.startAuthoriser()
    const stepMs = 60_000
    await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention !== null, { stepMs })
    expect(await gateway.payment(sale.paymentId)).toMatchObject({ attention: 'card_block_unreadable' })
  })
})

test('an owner that was asleep between decision and sending sends nothing when it wakes up', async () => {
  const asleep = gateway.startAuthoriser()
  await gateway.until(async () => (await gateway.database.pool.query('select from links')).rowCount === 1)
  asleep.freeze()
  const sale = await sendStored()
  // It hears of the sale while it can neither read nor write.
  await gateway.until(() => true)
  gateway.startAuthoriser()
  await becomes(sale, 'succeeded')
  asleep.thaw()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(gateway.acquirer.authorisations).toHaveLength(1)
  expect(await states(sale)).toEqual(['approved'])
})

/** As a process that was started before they were made; the answer takes them up. */
function withoutSealKeys(): () => void {
  const keys: { sealKey: typeof gateway.world.keys.sealKey } = gateway.world.keys
  const { sealKey } = keys
  keys.sealKey = () => null
  const takeUp = () => void (keys.sealKey = sealKey)
  onTestFinished(takeUp)
  return takeUp
}
