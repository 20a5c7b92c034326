import { describe, expect, it } from 'vitest'

import { decode, encode } from './codec.ts'
import { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
import {
  buildReversalAdvice,
  buildReversalAnswer,
  closesReversal,
  parseReversalAdvice,
  parseReversalAnswer,
  type ReversalAnswer,
} from './reversal-advice.ts'
import { sampleReversal } from './test-support/sample-messages.ts'

describe('reversal advice', () => {
  it.each([
    ['whole', {}],
    ['in part', { reason: '32' as const, replacementAmountMinor: 900 }],
    ['repeated', { repeat: true, approvalCode: 'A1B2C3' }],
    ['as an advice', { form: 'advice' as const, repeat: true }],
  ])('arrives %s as it was meant', (_, changes) => {
    const { transmittedAtMs: _sent, ...advice } = sampleReversal(changes)
    const decoded = decode(bcdBinary1987, encode(bcdBinary1987, buildReversalAdvice(sampleReversal(changes))))
    expect(decoded.ok && parseReversalAdvice(decoded.message)).toEqual({
      ok: true,
      value: {
        form: 'request',
        ...advice,
        transmissionTime: '1120180529',
        original: { mti: '0100', stan: '000042', transmissionTime: '1120180509' },
      },
    })
  })

  it('names the original in DE90 by MTI, STAN and time of sending, then zeros', () => {
    expect(buildReversalAdvice(sampleReversal()).fields[90]).toBe(`01000000421120180509${'0'.repeat(22)}`)
  })

  it('needs no card number', () => {
    const { pan: _pan, ...advice } = sampleReversal()
    const parsed = parseReversalAdvice(buildReversalAdvice(advice))
    expect(parsed.ok && parsed.value).not.toHaveProperty('pan')
  })

  it('is refused with a reason that is none', () => {
    const { mti, fields } = buildReversalAdvice(sampleReversal())
    expect(parseReversalAdvice({ mti, fields: { ...fields, 39: '00' } })).toMatchObject({ field: 39 })
  })

  it('is closed by 00 and by 25, and by nothing else', () => {
    expect(['00', '25', '91', '30'].map(closesReversal)).toEqual([true, true, false, false])
  })
})

it('a reversal answer arrives as it was meant', () => {
  const answer: ReversalAnswer = {
    stan: '000043',
    rrn: 'R00000000042',
    terminalId: 'T1',
    saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
    responseCode: '00',
  }
  const decoded = decode(bcdBinary1987, encode(bcdBinary1987, buildReversalAnswer(answer)))
  expect(decoded.ok && parseReversalAnswer(decoded.message)).toEqual({ ok: true, value: answer })
})
