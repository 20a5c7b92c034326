import type { StoredPayment } from '@holdfast/sdk'
import { expect, test } from 'vitest'
import { samplePayments } from '../test-support/sample-payment.ts'
import { lookOf, mayVoid } from './payment-view.ts'
import { restOf, restPayment, restToPay } from './rest-to-pay.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'eur' }) as const
const first = 'pi_000000000000000000000001'
const second = 'pi_000000000000000000000002'
const partly: StoredPayment = { ...samplePayments.ACCEPTED_ONLINE, approvedMinor: 700 }

test('MC3: the rest is a sale over what is owed that names the first one beside the shop’s own reference', () => {
  expect(restToPay(partly)).toEqual({ owed: eur(550), reference: `Table 4 · ${first}` })
  expect(restToPay({ ...partly, reference: null })).toEqual({ owed: eur(550), reference: first })
  expect(restToPay(samplePayments.ACCEPTED_ONLINE)).toBeNull()
})

test('MC3: the rest of a rest names only the payment before it', () => {
  for (const own of ['Table 4 · ', ''])
    expect(restOf({ paymentId: second, reference: `${own}${first}` }, eur(1)).reference).toBe(
      `${own}${second}`,
    )
})

test('MC3: however long the shop’s reference is, the payment number stays whole', () => {
  const { reference } = restOf({ paymentId: first, reference: 'x'.repeat(200) }, eur(1))
  expect(reference.length).toBeLessThanOrEqual(200)
  expect(reference.endsWith(` · ${first}`)).toBe(true)
})

test('MC3: a rest that was taken is found, one that was cancelled is not', () => {
  const rest: StoredPayment = { ...samplePayments.QUEUED, paymentId: second, reference: `Table 4 · ${first}` }
  expect(restPayment([rest, partly], partly)).toBe(rest)
  const voided: StoredPayment = { ...samplePayments.VOIDED, paymentId: second, reference: first }
  expect(restPayment([voided, partly], partly)).toBeNull()
})

test('MC3: a payment with a rest to pay does not look done, and may be taken back', () => {
  expect(lookOf(partly)).toEqual({ tone: 'wait', isPart: true })
  expect(lookOf(samplePayments.ACCEPTED_ONLINE)).toEqual({ tone: 'good', isPart: false })
  expect(mayVoid(partly)).toBe(true)
})
