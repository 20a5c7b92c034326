import type { StoredPayment } from '@holdfast/sdk'
import { expect, test } from 'vitest'
import { samplePayments } from '../test-support/sample-payment.ts'
import { mayVoid, needsAttention, timeOf, toneOf, upsert } from './payment-view.ts'

test('SQ15: only what the bank has authorised looks good', () => {
  const good = Object.values(samplePayments).filter((payment) => toneOf(payment.state) === 'good')
  expect(good.map((payment) => payment.state)).toEqual(['ACCEPTED_ONLINE', 'PROCESSED'])
})

test('payments whose goods are gone without the money need attention', () => {
  const states = Object.values(samplePayments).filter(needsAttention)
  expect(states.map((payment) => payment.state)).toEqual(['FAILED_TO_PROCESS', 'FAILED_TO_UPLOAD'])
})

test('a void is offered only while the bank has not decided', () => {
  expect(mayVoid(samplePayments.QUEUED)).toBe(true)
  expect(mayVoid(samplePayments.PROCESSED)).toBe(false)
  expect(mayVoid(samplePayments.ACCEPTED_ONLINE)).toBe(false)
})

test('the time of a payment is its acceptance; of a sale that was none, its opening', () => {
  expect(timeOf(samplePayments.QUEUED)).toBe(1_700_000_000_000)
  expect(timeOf(samplePayments.VOIDED)).toBe(1_000)
})

test('a changed payment takes its own place, a new one comes first, none is there twice', () => {
  const at = (n: number, state: 'QUEUED' | 'UPLOADED' = 'QUEUED'): StoredPayment => ({
    ...samplePayments[state],
    paymentId: `pi_${n}`,
  })
  const list = [at(5), at(3), at(1)]
  expect(ids(upsert(list, at(6)))).toEqual(['pi_6', 'pi_5', 'pi_3', 'pi_1'])
  expect(ids(upsert(list, at(2)))).toEqual(['pi_5', 'pi_3', 'pi_2', 'pi_1'])
  const changed = upsert(list, at(3, 'UPLOADED'))
  expect(ids(changed)).toEqual(['pi_5', 'pi_3', 'pi_1'])
  expect(changed[1]?.state).toBe('UPLOADED')
})

function ids(payments: readonly StoredPayment[]): string[] {
  return payments.map((payment) => payment.paymentId)
}
