import { describe, expect, it } from 'vitest'

import {
  type AuthorisationAnswer,
  buildAuthorisationAnswer,
  buildAuthorisationRequest,
  parseAuthorisationAnswer,
  parseAuthorisationRequest,
} from './authorisation-request.ts'
import { decode, encode } from './codec.ts'
import { repeatOf } from './message.ts'
import { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
import { sampleRequest } from './test-support/sample-messages.ts'

const build = (changes: Parameters<typeof sampleRequest>[0]) =>
  buildAuthorisationRequest(bcdBinary1987, sampleRequest(changes))

describe('authorisation request', () => {
  it.each([
    ['with chip data', {}],
    ['deferred', { deferred: true }],
    ['repeated', { repeat: true }],
    ['with track 2', { track2: '4242424242424242=30122010000' }],
  ])('arrives %s as it was meant', (_, changes) => {
    const { transmittedAtMs: _sent, ...request } = sampleRequest(changes)
    const bytes = encode(bcdBinary1987, build(changes))
    const decoded = decode(bcdBinary1987, bytes)
    expect(decoded.ok && parseAuthorisationRequest(bcdBinary1987, decoded.message)).toEqual({
      ok: true,
      value: { ...request, transmissionTime: '1120180509' },
    })
  })

  it('differs from its repeat in nothing but the MTI', () => {
    const first = build({})
    const repeat = build({ repeat: true })
    expect(repeat).toEqual({ mti: '0101', fields: first.fields })
    expect(repeatOf(first)).toEqual(repeat)
  })

  it('keeps the time of sale beside the time of sending', () => {
    const forwarded = build({ transmittedAtMs: Date.UTC(2026, 10, 23, 7, 0, 0), deferred: true })
    expect(forwarded.fields).toMatchObject({ 7: '1123070000', 12: '190509', 13: '1120' })
  })

  it('is refused when a field is missing, by its number', () => {
    const { mti, fields } = build({})
    const { 37: _rrn, ...rest } = fields
    expect(parseAuthorisationRequest(bcdBinary1987, { mti, fields: rest })).toEqual({
      ok: false,
      code: 'missing_field',
      field: 37,
    })
  })

  it('is refused with a private mark the profile does not know', () => {
    const { mti, fields } = build({})
    expect(
      parseAuthorisationRequest(bcdBinary1987, { mti, fields: { ...fields, 63: 'WHAT' } }),
    ).toMatchObject({
      code: 'bad_field',
      field: 63,
    })
  })

  it.each([1.5, -1, Number.NaN, 1e12])('cannot be written for an amount of %d', (amountMinor) => {
    expect(() => encode(bcdBinary1987, build({ amountMinor }))).toThrow('field 4')
  })
})

describe('authorisation answer', () => {
  const answer: AuthorisationAnswer = {
    stan: '000042',
    rrn: 'R00000000042',
    terminalId: 'T1',
    saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
    responseCode: '10',
    approvalCode: 'A1B2C3',
    amountMinor: 800,
    emv: Uint8Array.of(0x8a, 2, 0x31, 0x30),
  }

  it('arrives as it was meant, with the part that was approved', () => {
    const decoded = decode(bcdBinary1987, encode(bcdBinary1987, buildAuthorisationAnswer(answer)))
    expect(decoded.ok && parseAuthorisationAnswer(decoded.message)).toEqual({ ok: true, value: answer })
  })

  it('is not read out of another message', () => {
    const { fields } = buildAuthorisationAnswer(answer)
    expect(parseAuthorisationAnswer({ mti: '0410', fields })).toEqual({ ok: false, code: 'wrong_message' })
  })
})
