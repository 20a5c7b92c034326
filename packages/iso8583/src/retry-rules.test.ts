import { describe, expect, it } from 'vitest'

import { RESPONSE_CODES, responseCode } from './response-codes.ts'
import { RETRY_RULES, retryRule } from './retry-rules.ts'

describe('retry rules (ST13)', () => {
  it.each([
    ['00', 'never'],
    ['43', 'never'],
    ['05', 'never'],
    ['51', 'later'],
    ['01', 'call_issuer'],
    ['55', 'correct'],
    ['91', 'again'],
    ['68', 'resolve'],
    ['Q7', 'never'],
    ['toString', 'never'],
  ])('after %s: %s', (code, kind) => {
    expect(retryRule({}, code).kind).toBe(kind)
  })

  it('a profile comes before the common table', () => {
    expect(retryRule({ '51': { kind: 'never' } }, '51')).toEqual({ kind: 'never' })
    expect(retryRule({ '51': { kind: 'never' } }, '61')).toMatchObject({ kind: 'later' })
  })

  it('knows every code of the table, and a machine asks again only where nobody decided', () => {
    for (const code of Object.keys(RESPONSE_CODES)) {
      const { kind } = RETRY_RULES[code] ?? { kind: 'missing' }
      const { class: answer } = responseCode(code)
      expect([code, kind === 'again']).toEqual([code, answer === 'retry_later'])
      expect([code, kind === 'resolve']).toEqual([code, answer === 'unknown'])
    }
  })
})
