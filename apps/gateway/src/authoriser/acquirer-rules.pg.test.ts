import { must, statusOf } from '@holdfast/core'
import { hostCapture, terminalCapture } from '@holdfast/iso8583'
import { afterEach, describe, expect, test } from 'vitest'
import { resolveLostOutcome } from '../review/resolve-lost-outcome.ts'
import { APPROVED } from '../test-support/scripted-acquirer.ts'
import type { TestDevice, TestSale } from '../test-support/test-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import type { AcquirerAnswer } from '../acquirer/acquirer-port.ts'
import { type AcquirerProfile, acquirerProfileOf, defaultHost } from '../acquirer/acquirer-profile.ts'

const HOUR_MS = 3_600_000
const database = sharedDatabase()
let gateway: TestGateway
let device: TestDevice

afterEach(() => gateway.close())

async function open(profile: Partial<AcquirerProfile> = {}): Promise<void> {
  gateway = createTestGateway(database(), { profile })
  device = await gateway.addDevice(1)
}

async function sendStored(kind?: 'card_approved') {
  const sale = device.newSale()
  const attempt = await device.read(sale)
  await gateway.send(device, [await device.opened(sale), await device.stored(sale, attempt, kind)])
  return sale
}

const payment = ({ paymentId }: TestSale) => gateway.payment(paymentId)
const status = async (sale: TestSale) => statusOf((await payment(sale)).story)
const states = async (sale: TestSale) => (await payment(sale)).story.attempts.map(({ state }) => state).join()
const becomes = (sale: TestSale, wanted: string) => gateway.until(async () => (await status(sale)) === wanted)
const reach = (sale: TestSale, wanted: string) =>
  gateway.until(async () => (await states(sale)) === wanted, { stepMs: 200 })
const waitsFor = (sale: TestSale, why: string) =>
  gateway.until(async () => (await payment(sale)).attention === why, { stepMs: 200 })
const silences = (count: number) =>
  Array.from({ length: count }, (): AcquirerAnswer => ({ kind: 'no_answer' }))

describe('repeats', () => {
  test('as many as the profile allows; then the request is reversed and asked anew', async () => {
    await open(acquirerProfileOf({ ...defaultHost, repeatsMax: 2 }))
    gateway.acquirer.answer(...silences(3))
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    const { authorisations, reversals } = gateway.acquirer
    expect(authorisations.map(({ repeat }) => repeat)).toEqual([false, true, true, false])
    expect(reversals).toMatchObject([{ why: 'no_answer', original: { stan: authorisations[0]?.stan } }])
    expect(authorisations[3]?.stan).not.toBe(authorisations[0]?.stan)
    expect(await states(sale)).toBe('reversed,approved')
  })

  test('P7: after a restore there are more: a lost database may have heard the answer and told it', async () => {
    const profile = acquirerProfileOf({ ...defaultHost, repeatsMax: 1 })
    await open(profile)
    gateway.acquirer.answer(...silences(2))
    const sale = await sendStored()
    gateway.startAuthoriser()
    await gateway.until(
      async () => gateway.acquirer.authorisations.length === 2 && (await states(sale)) === 'unknown',
    )
    await gateway.close()
    await database().pool.query('update settings set generation = 2')
    await database().pool.query('update devices set synced_generation = 2')

    gateway = createTestGateway(database(), { profile, keys: gateway.world.keys })
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations.map(({ repeat }) => repeat)).toEqual([true])
    expect(gateway.acquirer.reversals).toEqual([])
  })

  test('where the host does not know repeats there are none', async () => {
    await open(acquirerProfileOf(terminalCapture))
    gateway.acquirer.answer(...silences(1))
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations.map(({ repeat }) => repeat)).toEqual([false, false])
    expect(gateway.acquirer.reversals).toHaveLength(1)
  })

  test('of an advice have no end: it is never reversed', async () => {
    await open(acquirerProfileOf({ ...defaultHost, repeatsMax: 1 }))
    gateway.acquirer.answer(...silences(5))
    const sale = await sendStored('card_approved')
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.advices).toHaveLength(6)
    expect(gateway.acquirer.reversals).toEqual([])
  })

  test('an advice that the host cannot take is told as often as the profile says, then a human looks', async () => {
    await open(acquirerProfileOf({ ...defaultHost, adviceTriesMax: 2 }))
    const refused = { kind: 'refused', responseCode: '30' } as const
    gateway.acquirer.answer(refused, refused, refused)
    const sale = await sendStored('card_approved')
    gateway.startAuthoriser()
    await waitsFor(sale, 'advice_refused')
    expect(gateway.acquirer.advices).toHaveLength(2)
    const { account } = await payment(sale)
    const which = { account, paymentId: sale.paymentId }
    expect(
      await resolveLostOutcome(gateway.world, which, {
        found: 'approval',
        stan: '000001',
        rrn: 'RRN000000001',
        transmittedAtMs: 1,
        saleLocalTime: { MMDD: '0101', hhmmss: '000000' },
        responseCode: '00',
        approvalCode: '123456',
      }),
    ).toMatchObject({ code: 'review_nothing_waits' })
  })
})

describe('a stored sale that is older than the acquirer takes', () => {
  const profile = acquirerProfileOf({
    ...defaultHost,
    deferred: { ageMaxMs: 24 * HOUR_MS, warnAfterMs: 12 * HOUR_MS },
  })

  test('is not sent; it waits for a human, says so, and keeps nothing of its card', async () => {
    await open(profile)
    const sale = await sendStored()
    gateway.clock.advance(24 * HOUR_MS + 1)
    gateway.startAuthoriser()
    await waitsFor(sale, 'deferred_too_old')
    expect(gateway.acquirer.authorisations).toEqual([])
    expect(await states(sale)).toBe('expired')
    expect(await status(sale)).toBe('processing')
    const row = await payment(sale)
    expect(row.details[0]?.sealed).toBeNull()
    expect(row.dueMs).toBeNull()
    expect(await gateway.outcomes(device)).toEqual([])
    // Paid in another way, the shop says that it is void.
    await gateway.send(device, [await device.voided(sale)])
    await becomes(sale, 'canceled')
    expect(gateway.acquirer.reversals).toEqual([])
    expect(await gateway.outcomes(device)).toMatchObject([{ status: 'canceled' }])
  })

  test('an hour younger is sent', async () => {
    await open(profile)
    const sale = await sendStored()
    gateway.clock.advance(23 * HOUR_MS)
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
  })

  test('and was only told about, is told at any age', async () => {
    await open(profile)
    const sale = await sendStored('card_approved')
    gateway.clock.advance(80 * HOUR_MS)
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.advices).toHaveLength(1)
  })

  test('while nobody decided, is not asked once more', async () => {
    await open(profile)
    const afterMs = 25 * HOUR_MS
    gateway.acquirer.answer({ kind: 'retry_later', responseCode: '91', triesMax: 20, afterMs })
    const sale = await sendStored()
    gateway.startAuthoriser()
    await reach(sale, 'declined')
    gateway.clock.advance(26 * HOUR_MS)
    await waitsFor(sale, 'deferred_too_old')
    expect(gateway.acquirer.authorisations).toHaveLength(1)
    expect(await states(sale)).toBe('declined,expired')
    const { details } = await payment(sale)
    expect(details.map(({ sealed }) => sealed)).toEqual([null, null])
  })
})

test('what nobody decides on is asked again as often as the profile allows, not before its time', async () => {
  await open()
  const undecided = { kind: 'retry_later', responseCode: '91', triesMax: 2, afterMs: 5_000 } as const
  gateway.acquirer.answer(undecided, undecided, undecided)
  const sale = await sendStored()
  gateway.startAuthoriser()
  await waitsFor(sale, 'retries_used_up')
  const { authorisations } = gateway.acquirer
  expect(authorisations).toHaveLength(3)
  expect(new Set(authorisations.map(({ rrn }) => rrn)).size).toBe(3)
  const gaps = authorisations.slice(1).map(({ transmittedAtMs }, at) => {
    return transmittedAtMs - must(authorisations[at], 'one before').transmittedAtMs
  })
  for (const gapMs of gaps) expect(gapMs).toBeGreaterThanOrEqual(5_000)
  expect(await status(sale)).toBe('processing')

  // Somebody has found out why, and has it tried once more.
  const { account } = await payment(sale)
  const which = { account, paymentId: sale.paymentId }
  expect(await resolveLostOutcome(gateway.world, which, { found: 'nothing' })).toEqual({ result: 'decided' })
  await becomes(sale, 'succeeded')
  expect(gateway.acquirer.authorisations).toHaveLength(4)
})

test('a response code of no table is kept and told, and is no approval', async () => {
  await open()
  gateway.acquirer.answer({ kind: 'declined', responseCode: '7Z' })
  const sale = await sendStored()
  gateway.startAuthoriser()
  await becomes(sale, 'declined')
  expect(await gateway.outcomes(device)).toMatchObject([{ status: 'declined', responseCode: '7Z' }])
})

describe('MC3: where the contract takes no approval of a part', () => {
  const noParts = acquirerProfileOf({ ...hostCapture, partialApprovals: false })
  const part = { ...APPROVED, responseCode: '10', amountMinor: 700 }

  test('the part is taken back and a stored sale is declined with code 10', async () => {
    await open(noParts)
    gateway.acquirer.answer(part)
    gateway.acquirer.answerReversal({ kind: 'no_answer' })
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'declined')
    const { authorisations, reversals } = gateway.acquirer
    expect(reversals).toMatchObject([{ repeat: false }, { repeat: true, stan: reversals[0]?.stan }])
    expect(reversals[0]?.original.stan).toBe(authorisations[0]?.stan)
    expect(authorisations).toHaveLength(1)
    expect(await gateway.outcomes(device)).toMatchObject([{ status: 'declined', responseCode: '10' }])
  })

  test('the device at the counter hears the decline before the part is back, and nothing is stored over it', async () => {
    await open(noParts)
    gateway.acquirer.answer(part)
    gateway.acquirer.answerReversal(...silences(3))
    const sale = device.newSale()
    const attempt = await device.read(sale)
    const record = await device.attempted(sale, attempt)
    await gateway.present(device, record)
    gateway.startAuthoriser()
    await reach(sale, 'reversing')
    const { outcome } = await gateway.present(device, record)
    expect(outcome).toMatchObject({ result: 'declined', responseCode: '10' })
    await gateway.send(device, [await device.stored(sale, attempt)])
    await becomes(sale, 'declined')
    expect(gateway.acquirer.authorisations).toHaveLength(1)
  })

  test('the whole amount is approved as ever', async () => {
    await open(noParts)
    const sale = await sendStored()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.reversals).toEqual([])
  })
})

describe('an answer that comes after its message was given up', () => {
  /** The first message stays without an answer, and nothing is asked again before the test moves time. */
  async function giveUp(profile: Partial<AcquirerProfile> = {}) {
    await open(profile)
    const { promise, resolve } = Promise.withResolvers<AcquirerAnswer>()
    gateway.acquirer.answer(promise)
    const sale = await sendStored()
    gateway.startAuthoriser()
    await reach(sale, 'sent')
    resolve({ kind: 'no_answer' })
    return { sale, late: must(gateway.acquirer.late[0], 'it was asked') }
  }

  const settles = async (wanted: () => Promise<boolean>) => {
    for (let turn = 0; turn < 400 && !(await wanted()); turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await wanted()).toBe(true)
  }

  test.each<readonly [AcquirerAnswer, string]>([
    [APPROVED, 'succeeded'],
    [{ kind: 'declined', responseCode: '51' }, 'declined'],
  ])('%o settles it, and no second message leaves', async (answer, wanted) => {
    const { sale, late } = await giveUp()
    await settles(async () => (await states(sale)) === 'unknown')
    late(answer)
    await settles(async () => (await status(sale)) === wanted)
    gateway.clock.advance(HOUR_MS)
    await gateway.until(() => true)
    expect(gateway.acquirer.authorisations).toHaveLength(1)
    expect(gateway.acquirer.reversals).toEqual([])
    expect(await gateway.outcomes(device)).toHaveLength(1)
  })

  test('is discarded once its message is reversed, and the sale stands on the second one', async () => {
    const { sale, late } = await giveUp({ hostDeduplicates: false, hostKnowsRrn: false })
    await becomes(sale, 'succeeded')
    const before = (await payment(sale)).version
    late({ ...APPROVED, approvalCode: '999999' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await states(sale)).toBe('reversed,approved')
    expect((await payment(sale)).version).toBe(before)
    expect(gateway.acquirer.authorisations).toHaveLength(2)
  })

  test('is discarded while its message is being reversed', async () => {
    gateway = createTestGateway(database(), { profile: { hostDeduplicates: false, hostKnowsRrn: false } })
    device = await gateway.addDevice(1)
    gateway.acquirer.answer(...silences(1))
    gateway.acquirer.answerReversal(...silences(1))
    const sale = await sendStored()
    gateway.startAuthoriser()
    await reach(sale, 'reversing')
    must(gateway.acquirer.late[0], 'it was asked')(APPROVED)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await states(sale)).toBe('reversing')
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.reversals.map(({ repeat }) => repeat)).toEqual([false, true])
  })

  test('and approves what is void meanwhile is reversed', async () => {
    const { sale, late } = await giveUp()
    await settles(async () => (await states(sale)) === 'unknown')
    late(APPROVED)
    await gateway.send(device, [await device.voided(sale)])
    await reach(sale, 'reversed')
    expect(await status(sale)).toBe('canceled')
  })

  test('and approves a part that the contract does not take is taken back', async () => {
    const { sale, late } = await giveUp(acquirerProfileOf({ ...hostCapture, partialApprovals: false }))
    await settles(async () => (await states(sale)) === 'unknown')
    late({ ...APPROVED, responseCode: '10', amountMinor: 700 })
    await becomes(sale, 'declined')
    expect(gateway.acquirer.reversals).toHaveLength(1)
  })
})
