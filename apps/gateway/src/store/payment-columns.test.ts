import type { DeviceWord } from '@holdfast/core'
import { describe, expect, test } from 'vitest'
import { acceptedOffline, sampleId, samplePayment, sampleStates } from '../test-support/sample-rows.ts'
import { attemptsToColumns } from './attempt-columns.ts'
import { paymentOf, paymentToColumns } from './payment-columns.ts'

const words: readonly DeviceWord[] = [
  { said: 'open' },
  { said: 'voided', reason: 'canceled' },
  acceptedOffline(1),
  { said: 'accepted', attemptId: sampleId('att', 11), atMs: 7, via: 'online' },
]

describe('a payment comes back from its columns exactly as it went in', () => {
  test.each(Object.values(sampleStates))('with an attempt that is $state', (state) => {
    for (const word of words) {
      const row = samplePayment(1, { word, states: [state] })
      expect(paymentOf(paymentToColumns(row), attemptsToColumns(row))).toEqual(row)
    }
  })

  test('with a declined attempt that will be tried again, and every nullable field either way', () => {
    const states = [{ ...sampleStates.declined, retryAtMs: 5 }, sampleStates.planned]
    const row = samplePayment(1, {
      states,
      row: { reference: null, operator: 'Ana', storedMs: 3, dueMs: null, attention: 'card_block_gone' },
    })
    const bare = { ...row, details: row.details.map((detail) => ({ ...detail, receipt: null, vault: null })) }
    for (const it of [row, bare]) expect(paymentOf(paymentToColumns(it), attemptsToColumns(it))).toEqual(it)
  })
})

test('the derived columns are those that core derives', () => {
  const row = samplePayment(1, { word: acceptedOffline(1), states: [sampleStates.approved] })
  expect(paymentToColumns(row).status).toBe('succeeded')
  expect(attemptsToColumns(row).map((attempt) => attempt.wanted)).toEqual([true])

  const voided = { ...row, story: { ...row.story, word: { said: 'voided', reason: 'canceled' } as const } }
  expect(paymentToColumns(voided).status).toBe('canceled')
  expect(attemptsToColumns(voided).map((attempt) => attempt.wanted)).toEqual([false])
})
