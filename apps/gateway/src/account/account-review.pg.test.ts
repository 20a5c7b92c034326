import { must, statusOf } from '@holdfast/core'
import type { AccountClient } from '@holdfast/protocol/account'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

const database = sharedDatabase()
let shop: AccountShop
let account: AccountClient

beforeEach(async () => {
  shop = await openAccountShop(database())
  ;({ account } = shop)
})

afterEach(() => shop.close())

const done = (payment: string, result: 'decided' | 'before') => ({ ok: true, value: { payment, result } })
const refusal = (status: number, code: string) => ({ ok: false, status, error: { code } })

describe('a word about one payment', () => {
  test('releases it, says who and why, and is done once however often it is said', async () => {
    const { paymentId } = await shop.forkedSale()
    const word = { by: 'Ada', note: 'both tills really sold' }
    expect(await account.review.list()).toMatchObject({ value: { parked: [{ payment: paymentId }] } })
    expect(await account.review.release(paymentId, word)).toEqual(done(paymentId, 'decided'))
    expect(await account.review.release(paymentId, word)).toEqual(done(paymentId, 'before'))
    expect(await account.review.list()).toMatchObject({ value: { payments: [], parked: [] } })
    const atMs = shop.gateway.clock.wallMs()
    expect(await account.review.decisions({ payment: paymentId })).toMatchObject({
      value: {
        decisions: [
          {
            decision: 'released',
            waitedFor: 'record_fork',
            by: 'Ada',
            note: 'both tills really sold',
            decidedMs: atMs,
          },
        ],
      },
    })
  })

  test('that somebody has decided otherwise meanwhile is refused by that name, and changes nothing', async () => {
    const { paymentId } = await shop.forkedSale()
    const [released, rejected] = await Promise.all([
      account.review.release(paymentId, { by: 'Ada' }),
      account.review.reject(paymentId, { by: 'Bob', note: 'sold by nobody' }),
    ])
    const winner = released.ok ? 'Ada' : 'Bob'
    expect([released, rejected].filter(({ ok }) => ok)).toHaveLength(1)
    expect([released, rejected].find(({ ok }) => !ok)).toMatchObject(refusal(409, 'review_decided_otherwise'))
    expect(await account.review.decisions()).toMatchObject({ value: { decisions: [{ by: winner }] } })
  })

  test('rejects it with the reason that its till shows, and not without one', async () => {
    const { paymentId } = await shop.forkedSale()
    expect(await account.review.reject(paymentId, { by: 'Ada', note: '' })).toMatchObject({
      status: 400,
      error: { code: 'request_malformed', param: 'note' },
    })
    const word = { by: 'Ada', note: 'sold by nobody' }
    expect(await account.review.reject(paymentId, word)).toEqual(done(paymentId, 'decided'))
    const heard = await shop.gateway.outcomes(shop.device)
    expect(heard.find(({ payment }) => payment === paymentId)).toMatchObject({
      status: 'declined',
      givenUp: { why: 'review_rejected', note: 'sold by nobody' },
    })
  })

  test('about nothing that waits, or about what is not the merchant’s, is refused', async () => {
    const { paymentId } = await shop.storeOffline(1_250)
    const word = { by: 'Ada' }
    expect(await account.review.release(paymentId, word)).toMatchObject(refusal(409, 'review_nothing_waits'))
    const forked = await shop.forkedSale()
    const live = shop.clientOf(accountKeys.live)
    expect(await live.review.release(forked.paymentId, word)).toMatchObject(refusal(404, 'not_found'))
    expect(await live.review.decisions()).toMatchObject({ value: { decisions: [] } })
    expect(await account.review.release('pi_nothing', word)).toMatchObject(refusal(404, 'not_found'))
  })
})

describe('P7: what the acquirer’s books hold', () => {
  const approval = {
    by: 'Ada',
    note: 'looked up by terminal and day',
    found: 'approval',
    stan: '000123',
    rrn: '632512345678',
    responseCode: '00',
    approvalCode: '123456',
  } as const

  function inTheBooks() {
    const atMs = shop.gateway.clock.wallMs()
    const local = new Date(atMs + 3_600_000).toISOString()
    const saleLocalTime = {
      MMDD: local.slice(5, 10).replace('-', ''),
      hhmmss: local.slice(11, 19).replaceAll(':', ''),
    }
    return { ...approval, transmittedAtMs: atMs, saleLocalTime }
  }

  test('is adopted, kept with who read it, and told again changes nothing', async () => {
    const { paymentId } = await shop.waitingSale('outcome_lost')
    expect(await account.review.release(paymentId, { by: 'Ada' })).toMatchObject(
      refusal(409, 'review_books_needed'),
    )
    const found = inTheBooks()
    expect(await account.review.resolve(paymentId, found)).toEqual(done(paymentId, 'decided'))
    expect(statusOf((await shop.gateway.payment(paymentId)).story)).toBe('succeeded')
    expect(await account.review.resolve(paymentId, found)).toEqual(done(paymentId, 'before'))
    const other = { ...found, approvalCode: '654321' }
    expect(await account.review.resolve(paymentId, other)).toMatchObject(
      refusal(409, 'review_decided_otherwise'),
    )
    expect(await account.review.decisions()).toMatchObject({
      value: { decisions: [{ decision: 'resolved', waitedFor: 'outcome_lost', by: 'Ada' }] },
    })
  })

  test('that cannot be of this payment is refused', async () => {
    const { paymentId } = await shop.waitingSale('outcome_lost')
    const saleLocalTime = { MMDD: '1399', hhmmss: '120000' }
    expect(await account.review.resolve(paymentId, { ...inTheBooks(), saleLocalTime })).toMatchObject(
      refusal(422, 'review_does_not_fit'),
    )
  })

  test('holds nothing: the issuer is asked as for the first time', async () => {
    const { paymentId } = await shop.waitingSale('outcome_lost')
    shop.gateway.startAuthoriser()
    const word = { by: 'Ada', found: 'nothing' } as const
    expect(await account.review.resolve(paymentId, word)).toEqual(done(paymentId, 'decided'))
    await shop.gateway.until(
      async () => statusOf((await shop.gateway.payment(paymentId)).story) === 'succeeded',
      { stepMs: 200 },
    )
    expect(await account.review.resolve(paymentId, word)).toEqual(done(paymentId, 'before'))
  })
})

test('one word decides all that waits of a device, and a device of nobody is not found', async () => {
  const { paymentId } = await shop.forkedSale()
  const { deviceId } = shop.device.row
  const word = { by: 'Ada', note: 'the copy was a thief’s' }
  expect(await account.review.rejectDevice(deviceId, word)).toEqual({
    ok: true,
    value: { device: deviceId, payments: [{ payment: paymentId, result: 'decided', code: null }] },
  })
  expect(await account.review.releaseDevice(deviceId, word)).toMatchObject({ value: { payments: [] } })
  expect(must(await shop.gateway.world.store.device(deviceId), 'it is there')).not.toHaveProperty('forked')
  const stranger = `dev_${'0'.repeat(24)}`
  expect(await account.review.rejectDevice(stranger, word)).toMatchObject(refusal(404, 'not_found'))
})
