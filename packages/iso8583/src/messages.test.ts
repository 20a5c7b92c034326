import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import {
  buildAuthorisationAdvice,
  buildAuthorisationAdviceAnswer,
  parseAuthorisationAdvice,
  parseAuthorisationAdviceAnswer,
} from './authorisation-advice.ts'
import {
  buildAuthorisationAnswer,
  buildAuthorisationRequest,
  parseAuthorisationAnswer,
  parseAuthorisationRequest,
} from './authorisation-request.ts'
import {
  buildBatchUpload,
  buildBatchUploadAnswer,
  parseBatchUpload,
  parseBatchUploadAnswer,
} from './batch-upload.ts'
import { concatBytes } from './bytes.ts'
import { decode, encode } from './codec.ts'
import {
  buildFinancialAdvice,
  buildFinancialAdviceAnswer,
  parseFinancialAdvice,
  parseFinancialAdviceAnswer,
} from './financial-advice.ts'
import {
  buildFinancialAnswer,
  buildFinancialRequest,
  parseFinancialAnswer,
  parseFinancialRequest,
} from './financial-request.ts'
import { buildIncrementRequest, parseIncrementRequest } from './increment-request.ts'
import { answerMti, type Iso8583Message, type Parsed, repeatOf } from './message.ts'
import { NETWORK_CODES, parseNetworkAnswer, parseNetworkRequest } from './network-management.ts'
import type { WireProfile } from './profile.ts'
import { ascii1987 } from './profiles/ascii-1987.ts'
import { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
import {
  buildReconciliationAnswer,
  buildReconciliationRequest,
  parseReconciliationAnswer,
  parseReconciliationRequest,
} from './reconciliation.ts'
import { buildRefundRequest, parseRefundRequest } from './refund-request.ts'
import {
  buildReversalAdvice,
  buildReversalAnswer,
  parseReversalAdvice,
  parseReversalAnswer,
} from './reversal-advice.ts'
import { arbitraryMessage } from './test-support/arbitrary-message.ts'
import {
  arbitraryAdviceAnswer,
  arbitraryBatchUpload,
  arbitraryCardAdvice,
  arbitraryCardAnswer,
  arbitraryCardRequest,
  arbitraryIncrementRequest,
  arbitraryReconciliation,
  arbitraryReconciliationAnswer,
  arbitraryRefundRequest,
  arbitraryReversal,
} from './test-support/arbitrary-values.ts'
import { transmissionTime } from './transmission-time.ts'

type Parse = (message: Iso8583Message) => Parsed<object>

/** Every message that we speak: how one comes about, what its receiver should read, and how it reads it. */
type Spoken = {
  readonly name: string
  readonly mtis: readonly string[]
  readonly parse: Parse
  readonly pairs: fc.Arbitrary<{ message: Iso8583Message; meant: object }>
}

function spoken(profile: WireProfile): Spoken[] {
  const requests = (build: typeof buildAuthorisationRequest) =>
    arbitraryCardRequest.map((value) => ({ message: build(profile, value), meant: received(value) }))
  const advices = (build: typeof buildAuthorisationAdvice) =>
    arbitraryCardAdvice.map((value) => {
      const { advised } = value
      const by =
        advised.kind === 'completion' ? { ...advised, original: received(advised.original) } : advised
      return { message: build(profile, value), meant: { ...received(value), advised: by } }
    })
  const plain = <Value extends object>(
    values: fc.Arbitrary<Value>,
    build: (value: Value) => Iso8583Message,
  ) => values.map((value) => ({ message: build(value), meant: value }))
  return [
    {
      name: 'authorisation request',
      mtis: ['0100', '0101'],
      parse: (message) => parseAuthorisationRequest(profile, message),
      pairs: requests(buildAuthorisationRequest),
    },
    {
      name: 'increment of an authorisation',
      mtis: ['0100', '0101'],
      parse: (message) => parseIncrementRequest(profile, message),
      pairs: arbitraryIncrementRequest.map((value) => ({
        message: buildIncrementRequest(profile, value),
        meant: { ...received(value), original: received(value.original) },
      })),
    },
    {
      name: 'authorisation answer',
      mtis: ['0110'],
      parse: parseAuthorisationAnswer,
      pairs: plain(arbitraryCardAnswer, buildAuthorisationAnswer),
    },
    {
      name: 'authorisation advice',
      mtis: ['0120', '0121'],
      parse: (message) => parseAuthorisationAdvice(profile, message),
      pairs: advices(buildAuthorisationAdvice),
    },
    {
      name: 'authorisation advice answer',
      mtis: ['0130'],
      parse: parseAuthorisationAdviceAnswer,
      pairs: plain(arbitraryAdviceAnswer, buildAuthorisationAdviceAnswer),
    },
    {
      name: 'financial request',
      mtis: ['0200', '0201'],
      parse: (message) => parseFinancialRequest(profile, message),
      pairs: requests(buildFinancialRequest),
    },
    {
      name: 'refund',
      mtis: ['0200', '0201'],
      parse: parseRefundRequest,
      pairs: arbitraryRefundRequest.map((value) => ({
        message: buildRefundRequest(profile, value),
        meant: received(value),
      })),
    },
    {
      name: 'financial answer',
      mtis: ['0210'],
      parse: parseFinancialAnswer,
      pairs: plain(arbitraryCardAnswer, buildFinancialAnswer),
    },
    {
      name: 'financial advice',
      mtis: ['0220', '0221'],
      parse: (message) => parseFinancialAdvice(profile, message),
      pairs: advices(buildFinancialAdvice),
    },
    {
      name: 'financial advice answer',
      mtis: ['0230'],
      parse: parseFinancialAdviceAnswer,
      pairs: plain(arbitraryAdviceAnswer, buildFinancialAdviceAnswer),
    },
    {
      name: 'batch upload',
      mtis: ['0320', '0321'],
      parse: parseBatchUpload,
      pairs: arbitraryBatchUpload.map((value) => ({
        message: buildBatchUpload(value),
        meant: { ...received(value), original: received(value.original) },
      })),
    },
    {
      name: 'batch upload answer',
      mtis: ['0330'],
      parse: parseBatchUploadAnswer,
      pairs: plain(arbitraryAdviceAnswer, buildBatchUploadAnswer),
    },
    {
      name: 'reversal',
      mtis: ['0400', '0401', '0420', '0421'],
      parse: parseReversalAdvice,
      pairs: arbitraryReversal.map((value) => ({
        message: buildReversalAdvice(value),
        meant: { ...received(value), original: received(value.original) },
      })),
    },
    {
      name: 'reversal answer',
      mtis: ['0410', '0430'],
      parse: parseReversalAnswer,
      pairs: fc
        .tuple(arbitraryAdviceAnswer, fc.boolean())
        .map(([{ settlementDate: _date, ...value }, advice]) => {
          const meant = advice ? { ...value, form: 'advice' as const } : value
          return { message: buildReversalAnswer(meant), meant }
        }),
    },
    {
      name: 'reconciliation',
      mtis: ['0500', '0501'],
      parse: parseReconciliationRequest,
      pairs: arbitraryReconciliation.map((value) => ({
        message: buildReconciliationRequest(value),
        meant: received(value),
      })),
    },
    {
      name: 'reconciliation answer',
      mtis: ['0510'],
      parse: parseReconciliationAnswer,
      pairs: plain(arbitraryReconciliationAnswer, buildReconciliationAnswer),
    },
  ]
}

/** The wire has no year: what was a moment arrives as DE7. */
function received({ transmittedAtMs, ...value }: { readonly transmittedAtMs: number }): object {
  return { ...value, transmissionTime: transmissionTime(transmittedAtMs) }
}

describe.each([bcdBinary1987, ascii1987])('with profile $name', (profile) => {
  const all = spoken(profile)

  describe.each(all)('$name', ({ mtis, parse, pairs }) => {
    it('arrives as it was meant, in full', () => {
      fc.assert(
        fc.property(pairs, ({ message, meant }) => {
          expect(mtis).toContain(message.mti)
          const decoded = decode(profile, encode(profile, message))
          expect(decoded.ok && parse(decoded.message)).toEqual({ ok: true, value: meant })
        }),
        { numRuns: 60 },
      )
    })

    it('is accepted neither cut at any byte nor with one byte more', () => {
      fc.assert(
        fc.property(pairs, fc.nat({ max: 255 }), ({ message }, byte) => {
          const bytes = encode(profile, message)
          for (let length = 0; length < bytes.length; length += 1) {
            if (decode(profile, bytes.subarray(0, length)).ok) throw new Error(`accepted ${length} bytes`)
          }
          expect(decode(profile, concatBytes([bytes, Uint8Array.of(byte)])).ok).toBe(false)
        }),
        { numRuns: 15 },
      )
    })

    it('is read out of no other message', () => {
      fc.assert(
        fc.property(pairs, ({ message }) => {
          for (const { mtis: others, parse: parseOther } of all) {
            if (others !== mtis) expect(parseOther(message).ok).toBe(false)
          }
        }),
        { numRuns: 10 },
      )
    })

    it('is refused without any one of the fields it must have, by that field', () => {
      fc.assert(
        fc.property(pairs, ({ message }) => {
          for (const number of Object.keys(message.fields)) {
            const fields = Object.fromEntries(
              Object.entries(message.fields).filter(([key]) => key !== number),
            )
            const parsed = parse({ mti: message.mti, fields })
            if (!parsed.ok) expect(parsed.field).toBe(Number(number))
          }
        }),
        { numRuns: 15 },
      )
    })
  })

  it('any readable message is read as what it says or refused, never thrown at', () => {
    const parses: readonly Parse[] = [
      ...all.map(({ parse }) => parse),
      parseNetworkRequest,
      parseNetworkAnswer,
    ]
    fc.assert(
      fc.property(arbitraryMessage(profile), (message) => {
        for (const parse of parses) {
          const parsed = parse(message)
          if (!parsed.ok) expect(['wrong_message', 'missing_field', 'bad_field']).toContain(parsed.code)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('a response code that nobody knows arrives as it came', () => {
    fc.assert(
      fc.property(
        arbitraryCardAnswer,
        fc.string({ unit: fc.constantFrom(...'0189AQZ'.split('')), minLength: 2, maxLength: 2 }),
        (value, responseCode) => {
          const bytes = encode(profile, buildFinancialAnswer({ ...value, responseCode }))
          const decoded = decode(profile, bytes)
          expect(decoded.ok && parseFinancialAnswer(decoded.message)).toMatchObject({
            value: { responseCode },
          })
        },
      ),
    )
  })
})

describe('MTIs', () => {
  it.each([
    ['0100', '0101', '0110'],
    ['0120', '0121', '0130'],
    ['0200', '0201', '0210'],
    ['0220', '0221', '0230'],
    ['0320', '0321', '0330'],
    ['0400', '0401', '0410'],
    ['0420', '0421', '0430'],
    ['0500', '0501', '0510'],
  ])('%s is repeated as %s, and both are answered by %s', (first, repeat, reply) => {
    expect(repeatOf({ mti: first, fields: { 11: '000001' } })).toEqual({
      mti: repeat,
      fields: { 11: '000001' },
    })
    expect([answerMti(first), answerMti(repeat), answerMti(reply)]).toEqual([reply, reply, undefined])
  })

  it('network management knows sign-on, sign-off, key change and echo', () => {
    for (const code of Object.values(NETWORK_CODES)) {
      const message = { mti: '0800', fields: { 7: '1120180509', 11: '000001', 70: code } }
      expect(parseNetworkRequest(message)).toMatchObject({ ok: true, value: { code } })
    }
    expect(
      parseNetworkRequest({ mti: '0800', fields: { 7: '1120180509', 11: '000001', 70: '999' } }),
    ).toEqual({ ok: false, code: 'bad_field', field: 70 })
  })
})
