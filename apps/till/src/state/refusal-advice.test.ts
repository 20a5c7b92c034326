import { type ErrorCode, errorTable } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { tillMessages } from '../messages/index.ts'
import { isTillCode, tillCodes } from '../messages/till-codes.ts'
import { adviceFor } from './refusal-advice.ts'

test('every code that a device can be refused with has words of its own', () => {
  const families = /^(offline|card|reader|sale|journal|record|attempt|enrolment)_/
  const codes = (Object.keys(errorTable) as ErrorCode[]).filter((code) => families.test(code))
  expect(codes.filter((code) => !isTillCode(code))).toEqual([])
})

test('every refusal says what to do next', () => {
  for (const code of [...tillCodes, 'till_fault', 'a code from a newer gateway'])
    expect(Object.keys(tillMessages.en)).toContain(`advice.${adviceFor(code).advice}`)
})

test('a card that cannot be kept offline leads to another card, a full disk to none', () => {
  expect(adviceFor('offline_online_pin_not_supported').retry).toBe('other_card')
  expect(adviceFor('journal_failed').retry).toBeNull()
})
