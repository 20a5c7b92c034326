import { describe, expect, it } from 'vitest'

import { RESPONSE_CODES, responseCode } from './response-codes.ts'

describe('response codes (ST13)', () => {
  it.each([
    ['00', 'approved', false],
    ['10', 'approved', false],
    ['05', 'declined', false],
    ['51', 'declined', true],
    ['43', 'declined', false],
    ['91', 'retry_later', true],
    ['68', 'unknown', false],
  ])('%s is %s, retryable: %s', (code, kind, retryable) => {
    expect(responseCode(code)).toMatchObject({ class: kind, retryable })
  })

  it('an unknown code is a decline that is not retried', () => {
    expect(responseCode('Q7')).toMatchObject({ class: 'declined', retryable: false, who: 'issuer' })
    expect(responseCode('toString')).toMatchObject({ class: 'declined' })
  })

  it('never asks the holder of a stolen card to try again', () => {
    const facts = Object.values(RESPONSE_CODES).filter((fact) => fact.sensitive)
    expect(facts.length).toBeGreaterThan(5)
    expect(facts.every((fact) => fact.class === 'declined' && !fact.retryable)).toBe(true)
  })

  it('has only codes that fit DE39', () => {
    expect(Object.keys(RESPONSE_CODES).every((code) => /^[0-9A-Z]{2}$/.test(code))).toBe(true)
  })
})
