import { must, statusOf } from '@holdfast/core'
import type { OutcomeStatement } from '@holdfast/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { offlineEvidence } from '../disputes/offline-evidence.ts'
import { ACCOUNT, sampleId } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestDevice, TestSale } from '../test-support/test-device.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import { decideDevice } from './decide-device.ts'
import { decideReview, type ReviewSubject } from './decide-review.ts'
import type { ReviewDecision } from './review-decision.ts'
import { decidedReviews, waitingPayments, waitingRecords } from './waiting.ts'

const HOUR_MS = 3_600_000
const database = sharedDatabase()
let gateway: TestGateway
let device: TestDevice

beforeEach(async () => {
  gateway = createTestGateway(database())
  device = await gateway.addDevice(1)
})

afterEach(() => gateway.close())

const release: ReviewDecision = { decide: 'release', by: 'Ada', note: 'both tills really sold' }
const reject: ReviewDecision = { decide: 'reject', by: 'Ada', note: 'sold by nobody' }
const DECIDED = { result: 'decided' }
const BEFORE = { result: 'decided_before' }
const refusal = (code: string) => ({ result: 'refused', code })

const subject = ({ paymentId }: TestSale): ReviewSubject => ({ account: ACCOUNT, paymentId })
const decide = (sale: TestSale, decision: ReviewDecision) =>
  decideReview(gateway.world, subject(sale), decision)
const status = async ({ paymentId }: TestSale) => statusOf((await gateway.payment(paymentId)).story)
const becomes = (sale: TestSale, wanted: string) =>
  gateway.until(async () => (await status(sale)) === wanted, { stepMs: 200 })
const standing = async () => must(await gateway.world.store.device(device.row.deviceId), 'it was added')
const heard = async (sale: TestSale): Promise<OutcomeStatement[]> =>
  (await gateway.outcomes(device)).filter(({ payment }) => payment === sale.paymentId)

async function storedSale() {
  const sale = device.newSale()
  const attempt = await device.read(sale)
  return { sale, attempt, records: [await device.opened(sale), await device.stored(sale, attempt)] }
}

/** A copy of the device goes on from its first record, and sells to somebody else. */
async function forkedSale() {
  const { records } = await storedSale()
  await gateway.send(device, records)
  device.rewindTo(must(records[0], 'it was opened'))
  const fork = await storedSale()
  const { verdicts } = await gateway.send(device, fork.records)
  expect(verdicts.map(({ code }) => code)).toEqual(['record_fork', 'record_fork'])
  return fork
}

/** The same payment was accepted with two cards, and both acceptances have come in. */
async function duplicate() {
  const first = await storedSale()
  const second = await device.read(first.sale, 'mastercard', 2)
  await gateway.send(device, [...first.records, await device.stored(first.sale, second)])
  return { ...first, second }
}

describe('ST13: a fork that is released', () => {
  test('is authorised as any other payment, and its device hears that it is taken and then how it ended', async () => {
    const { sale, attempt } = await forkedSale()
    expect(await standing()).toMatchObject({ forked: true })
    expect(await decide(sale, release)).toEqual(DECIDED)
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(await heard(sale)).toMatchObject([
      { status: 'processing', attempt: attempt.attemptId },
      { status: 'succeeded', attempt: attempt.attemptId },
    ])
    expect(gateway.acquirer.authorisations.filter(({ repeat }) => !repeat)).not.toEqual([])
  })

  test('is the evidence of its sale in a dispute, as the device signed it', async () => {
    const { sale, records } = await forkedSale()
    await decide(sale, release)
    const about = { account: ACCOUNT, mode: 'test', paymentId: sale.paymentId } as const
    const evidence = await transaction(database().pool, (tx) => offlineEvidence(tx, about))
    expect(evidence['uncategorized_text']).toContain(must(records[1], 'it was stored').hash)
  })

  test('frees its device, whose next records go on from it', async () => {
    const { sale } = await forkedSale()
    await decide(sale, release)
    expect(await standing()).not.toHaveProperty('forked')
    const next = await storedSale()
    const { verdicts } = await gateway.send(device, next.records)
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['received', 'received'])
  })

  test('is answered as received when it is sent again, and keeps its card nowhere but at its attempt', async () => {
    const { sale, attempt, records } = await forkedSale()
    await decide(sale, release)
    const { verdicts } = await gateway.send(device, records)
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['received', 'received'])
    const { rows } = await gateway.database.pool.query('select hash from records where sealed is not null')
    expect(rows).toEqual([])
    expect((await gateway.payment(sale.paymentId)).details[0]?.sealed).toBe(attempt.sealed)
  })

  test('and said twice is done once; two people at a time do it once', async () => {
    const { sale } = await forkedSale()
    const said = await Promise.all([decide(sale, release), decide(sale, release)])
    expect(said.map(({ result }) => result).sort()).not.toEqual(['decided', 'decided'])
    expect(await decide(sale, release)).toEqual(BEFORE)
    expect(await decide(sale, reject)).toMatchObject(refusal('review_decided_otherwise'))
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(await decidedReviews(gateway.database.pool, { account: ACCOUNT, limit: 9 })).toMatchObject([
      { decision: 'released', payment: sale.paymentId, waitedFor: 'record_fork', decidedBy: 'Ada' },
    ])
  })

  test('with a void behind it is void, and nobody is asked', async () => {
    const { sale, records } = await storedSale()
    await gateway.send(device, records)
    device.rewindTo(must(records[0], 'it was opened'))
    const other = await storedSale()
    await gateway.send(device, [...other.records, await device.voided(other.sale)])
    expect(await decide(other.sale, release)).toEqual(DECIDED)
    expect(await status(other.sale)).toBe('canceled')
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations).toHaveLength(1)
  })

  test('does not void by itself what was accepted on the other branch; only a person at the till may have meant that', async () => {
    const { sale, records } = await storedSale()
    const [opened] = records
    await gateway.send(device, records)
    device.rewindTo(must(opened, 'it was opened'))
    await gateway.send(device, [await device.voided(sale, 'abandoned')])
    expect(await decide(sale, release)).toMatchObject(refusal('review_not_releasable'))
    expect(await decide(sale, reject)).toEqual(DECIDED)
    device.rewindTo(must(opened, 'it was opened'))
    await gateway.send(device, [await device.voided(sale, 'canceled')])
    expect(await decide(sale, release)).toEqual(DECIDED)
    expect(await status(sale)).toBe('canceled')
  })

  test('P7: after a restore that has forgotten it, it is asked about as a repeat and not as new', async () => {
    const { sale } = await forkedSale()
    await database().pool.query('update settings set generation = 2')
    await database().pool.query('update devices set synced_generation = 2')
    await gateway.close()
    gateway = createTestGateway(database(), { keys: gateway.world.keys })
    await decide(sale, release)
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(gateway.acquirer.authorisations.map(({ repeat }) => repeat)).toContain(true)
  })
})

describe('ST13: a fork that is rejected', () => {
  test('is closed as declined for all to see, asks nobody, and its device hears the reason', async () => {
    const { sale, attempt } = await forkedSale()
    expect(await decide(sale, reject)).toEqual(DECIDED)
    expect(await status(sale)).toBe('declined')
    expect(await heard(sale)).toMatchObject([
      {
        status: 'declined',
        attempt: attempt.attemptId,
        responseCode: null,
        givenUp: { why: 'review_rejected', note: 'sold by nobody' },
      },
    ])
    expect((await gateway.payment(sale.paymentId)).dueMs).toBeNull()
    const { rows } = await gateway.database.pool.query(
      'select (select count(*) from records where sealed is not null) + (select count(*) from attempts where sealed is not null and payment = $1) as cards',
      [sale.paymentId],
    )
    expect(rows).toEqual([{ cards: '0' }])
    expect(await decide(sale, reject)).toEqual(BEFORE)
    expect(await decide(sale, release)).toMatchObject(refusal('review_decided_otherwise'))
  })

  test('of a try that stands elsewhere leaves that alone', async () => {
    const { sale, attempt, records } = await storedSale()
    await gateway.send(device, records)
    device.rewindTo(must(records[0], 'it was opened'))
    gateway.clock.advance(1_000)
    await gateway.send(device, [await device.stored(sale, attempt)])
    expect(await decide(sale, reject)).toEqual(DECIDED)
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(await heard(sale)).toMatchObject([{ status: 'succeeded' }])
  })
})

describe('ST13: a suspected duplicate', () => {
  test('is not released while an approval of the first card stands: nobody pays twice', async () => {
    const { sale } = await duplicate()
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(await decide(sale, release)).toMatchObject(refusal('duplicate_suspected'))
    expect(gateway.acquirer.authorisations).toHaveLength(1)
  })

  test('is released when the first card was declined, and then pays', async () => {
    const { sale, second } = await duplicate()
    gateway.acquirer.answer({ kind: 'declined', responseCode: '51' })
    gateway.startAuthoriser()
    await becomes(sale, 'declined')
    expect(await decide(sale, release)).toEqual(DECIDED)
    await becomes(sale, 'succeeded')
    expect(await heard(sale)).toMatchObject([
      { status: 'declined', responseCode: '51' },
      { status: 'processing', attempt: second.attemptId },
      { status: 'succeeded', attempt: second.attemptId },
    ])
  })

  test('is rejected with the reason for its card only', async () => {
    const { sale, attempt, second } = await duplicate()
    expect(await decide(sale, reject)).toEqual(DECIDED)
    gateway.startAuthoriser()
    await becomes(sale, 'succeeded')
    expect(await heard(sale)).toMatchObject([
      { status: 'declined', attempt: second.attemptId, givenUp: { why: 'review_rejected' } },
      { status: 'succeeded', attempt: attempt.attemptId },
    ])
  })
})

describe('a whole device', () => {
  /** A copy begins anew and sells `sales` times; its first record is of no payment. */
  async function forkedDevice(sales: number) {
    const { records } = await storedSale()
    await gateway.send(device, records)
    device.rewindTo(must(records[0], 'it was opened'))
    const forked = [await device.append({ kind: 'epoch.started', app: 'test', store: 'test' })]
    for (let n = 0; n < sales; n += 1) forked.push(...(await storedSale()).records)
    await gateway.send(device, forked)
    return { account: ACCOUNT, deviceId: device.row.deviceId }
  }

  test('is decided on payment by payment, and what is of none with the last', async () => {
    const made = await decideDevice(gateway.world, await forkedDevice(2), release)
    expect(made.payments.map(({ reviewed }) => reviewed)).toEqual([DECIDED, DECIDED])
    expect(await waitingRecords(gateway.database.pool, ACCOUNT)).toEqual([])
    expect(await standing()).not.toHaveProperty('forked')
  })

  test('whose last payment was decided by a process that then died is still held, in sight, and freed by the same word', async () => {
    const owner = await forkedDevice(1)
    const { store } = gateway.world
    let commits = 0
    const commit: typeof store.commit = (change) => {
      commits += 1
      return commits === 1 ? store.commit(change) : Promise.reject(new Error('killed'))
    }
    const dying = { ...gateway.world, store: { ...store, commit } }
    await expect(decideDevice(dying, owner, release)).rejects.toThrow('killed')
    expect(await waitingRecords(gateway.database.pool, ACCOUNT)).toMatchObject([{ payment: null, count: 1 }])
    expect(await standing()).toMatchObject({ forked: true })
    const again = await decideDevice(gateway.world, owner, release)
    expect(again.payments).toEqual([{ paymentId: null, reviewed: DECIDED }])
    expect(await standing()).not.toHaveProperty('forked')
  })
})

describe('a payment that nobody decides any more', () => {
  async function tooOld() {
    const { sale, records } = await storedSale()
    gateway.clock.advance(400 * 24 * HOUR_MS)
    await gateway.send(device, records)
    gateway.startAuthoriser()
    await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention === 'deferred_too_old')
    return sale
  }

  test('because it is too old cannot go on, and is closed with this reason', async () => {
    const sale = await tooOld()
    expect(await waitingPayments(gateway.database.pool, ACCOUNT)).toMatchObject([
      { payment: sale.paymentId, attention: 'deferred_too_old' },
    ])
    expect(await decide(sale, release)).toMatchObject(refusal('deferred_too_old'))
    expect(await decide(sale, reject)).toEqual(DECIDED)
    expect(await status(sale)).toBe('declined')
    expect(await heard(sale)).toMatchObject([
      { status: 'declined', givenUp: { why: 'deferred_too_old', note: reject.note } },
    ])
    expect(await decide(sale, reject)).toEqual(BEFORE)
    expect(gateway.acquirer.authorisations).toEqual([])
  })

  async function undecided() {
    const { sale, records } = await storedSale()
    const later = { kind: 'retry_later', responseCode: '91', triesMax: 1, afterMs: 10 } as const
    gateway.acquirer.answer(later, later)
    await gateway.send(device, records)
    gateway.startAuthoriser()
    await gateway.until(async () => (await gateway.payment(sale.paymentId)).attention === 'retries_used_up', {
      stepMs: 500,
    })
    return sale
  }

  test('because its issuer gave no decision is tried once more', async () => {
    const sale = await undecided()
    expect(await decide(sale, release)).toEqual(DECIDED)
    await gateway.until(async () => (await status(sale)) === 'succeeded', { stepMs: 200 })
    expect(gateway.acquirer.authorisations).toHaveLength(3)
    expect(await decide(sale, release)).toMatchObject(refusal('review_nothing_waits'))
  })

  test('or is closed with this reason', async () => {
    const sale = await undecided()
    expect(await decide(sale, reject)).toEqual(DECIDED)
    expect(await heard(sale)).toMatchObject([
      { status: 'declined', responseCode: '91', givenUp: { why: 'never_decided' } },
    ])
  })
})

test('what is not there, or does not wait, is named', async () => {
  const nobody = { account: ACCOUNT, paymentId: sampleId('pi', 77) }
  expect(await decideReview(gateway.world, nobody, release)).toMatchObject(refusal('not_found'))
  const { sale, records } = await storedSale()
  await gateway.send(device, records)
  expect(await decide(sale, reject)).toMatchObject(refusal('review_nothing_waits'))
  const other = { account: sampleId('acct', 99), paymentId: sale.paymentId }
  expect(await decideReview(gateway.world, other, reject)).toMatchObject(refusal('not_found'))
})

test('a record that contradicts its sale can be rejected and not released', async () => {
  const { sale, records } = await storedSale()
  await gateway.send(device, records)
  const attempt = await device.read(sale, 'visa', 2)
  await gateway.send(device, [await device.stored({ ...sale, amountMinor: 9_999 }, attempt)])
  expect(await decide(sale, release)).toMatchObject(refusal('review_not_releasable'))
  expect(await decide(sale, reject)).toEqual(DECIDED)
  expect(await heard(sale)).toMatchObject([{ attempt: attempt.attemptId, amountMinor: 9_999 }])
})
