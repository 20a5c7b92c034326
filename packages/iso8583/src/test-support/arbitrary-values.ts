import * as fc from 'fast-check'

import type { AccountBalance } from '../additional-amounts.ts'
import type { Advised, AdviceAnswer, CardAdvice } from '../card-advice.ts'
import type { BatchUpload } from '../batch-upload.ts'
import type { CardAnswer, CardRequest } from '../card-request.ts'
import type { IncrementRequest } from '../increment-request.ts'
import type { OriginalReference } from '../original-data.ts'
import type { BatchTotals, ReconciliationAnswer, ReconciliationRequest } from '../reconciliation.ts'
import type { RefundRequest } from '../refund-request.ts'
import type { ReversalAdvice } from '../reversal-advice.ts'

/** Any value that a message can carry, as its sender would fill it in. */
export const arbitraryCardRequest: fc.Arbitrary<CardRequest> = fc
  .record({ sale: sale(), deferred: fc.boolean(), pin: optional({ pinBlock: bytes(8, 8) }) })
  .map(({ sale: common, deferred, pin }) => ({ ...common, ...pin, deferred }))

export const arbitraryRefundRequest: fc.Arbitrary<RefundRequest> = fc
  .record({ sale: sale(), more: optional({ saleRrn: alphanumeric(12) }) })
  .map(
    ({
      sale: { processingCode: _code, track2: _track2, panSequence: _sequence, emv: _emv, ...common },
      more,
    }) => ({ ...common, ...more }),
  )

export const arbitraryIncrementRequest: fc.Arbitrary<IncrementRequest> = fc
  .record({ sale: sale(), saleRrn: alphanumeric(12), original: original() })
  .map(
    ({
      sale: { processingCode: _code, track2: _track2, panSequence: _sequence, emv: _emv, ...common },
      ...named
    }) => ({ ...common, ...named }),
  )

export const arbitraryCardAnswer: fc.Arbitrary<CardAnswer> = fc
  .record({
    ids: ids(),
    responseCode: code(),
    amountMinor: amount(),
    more: optional({
      approvalCode: approvalCode(),
      settlementDate: digits(4),
      balances: fc.array(balance(), { minLength: 1, maxLength: 6 }),
      emv: bytes(1, 255),
    }),
  })
  .map(({ ids: common, more, ...rest }) => ({ ...common, ...rest, ...more }))

export const arbitraryCardAdvice: fc.Arbitrary<CardAdvice> = fc
  .record({ sale: sale(), advised: advised() })
  .map(({ sale: { track2: _track2, ...common }, advised: by }) => ({ ...common, advised: by }))

export const arbitraryAdviceAnswer: fc.Arbitrary<AdviceAnswer> = fc
  .record({ ids: ids(), responseCode: code(), more: optional({ settlementDate: digits(4) }) })
  .map(({ ids: common, responseCode, more }) => ({ ...common, responseCode, ...more }))

export const arbitraryReversal: fc.Arbitrary<ReversalAdvice> = fc
  .record({
    ids: ids(),
    place: place(),
    form: fc.constantFrom('request' as const, 'advice' as const),
    reason: fc.constantFrom('17' as const, '22' as const, '32' as const, '68' as const),
    original: original(),
    more: optional({
      pan: pan(),
      approvalCode: approvalCode(),
      replacementAmountMinor: amount(),
      emv: bytes(1, 255),
    }),
  })
  .map(({ ids: common, place: where, more, ...rest }) => ({ ...common, ...where, ...rest, ...more }))

export const arbitraryBatchUpload: fc.Arbitrary<BatchUpload> = fc
  .record({
    ids: ids(),
    place: place(),
    pan: pan(),
    expiry: digits(4),
    posEntryMode: digits(3),
    responseCode: code(),
    batchNumber: digits(6),
    original: original(),
    more: optional({ approvalCode: approvalCode(), saleRrn: alphanumeric(12) }),
  })
  .map(({ ids: common, place: where, more, ...rest }) => ({ ...common, ...where, ...rest, ...more }))

export const arbitraryReconciliation: fc.Arbitrary<ReconciliationRequest> = fc.record({
  repeat: fc.boolean(),
  transmittedAtMs: moment(),
  stan: digits(6),
  localTime: localTime(),
  settlementDate: digits(4),
  acquirerId: digitsUpTo(11),
  terminalId: id(8),
  merchantId: id(15),
  currencyNumeric: digits(3),
  batchNumber: digits(6),
  totals: totals(),
})

export const arbitraryReconciliationAnswer: fc.Arbitrary<ReconciliationAnswer> = fc
  .record({
    stan: digits(6),
    localTime: localTime(),
    terminalId: id(8),
    responseCode: fc.constantFrom('00', '95', '30'),
    more: optional({ totals: totals() }),
  })
  .map(({ more, ...rest }) => ({ ...rest, ...more }))

function sale() {
  return fc
    .record({
      ids: ids(),
      place: place(),
      pan: pan(),
      expiry: digits(4),
      posEntryMode: digits(3),
      mcc: digits(4),
      more: optional({
        track2: fc.tuple(pan(), digitsUpTo(17)).map(([number, rest]) => `${number}=${rest}`),
        panSequence: digits(3),
        emv: bytes(1, 255),
        securityControl: digits(16),
      }),
    })
    .map(({ ids: common, place: where, more: { securityControl: _control, ...more }, ...rest }) => ({
      ...common,
      ...where,
      ...rest,
      ...more,
    }))
}

function advised(): fc.Arbitrary<Advised> {
  return fc.oneof(
    fc
      .constantFrom('Y1' as const, 'Y3' as const)
      .map((responseCode) => ({ kind: 'card_approved' as const, responseCode })),
    // As somebody has typed it in.
    fc
      .integer({ min: 1, max: 6 })
      .chain(alphanumeric)
      .map((approval) => ({ kind: 'voice' as const, approvalCode: approval })),
    fc
      .tuple(approvalCode(), original())
      .map(([approval, of]) => ({ kind: 'completion' as const, approvalCode: approval, original: of })),
  )
}

function ids() {
  return fc.record({ stan: digits(6), rrn: alphanumeric(12), terminalId: id(8), saleLocalTime: localTime() })
}

function place() {
  return fc.record({
    repeat: fc.boolean(),
    // A refund is another message than a sale of the same MTI.
    processingCode: digits(6).filter((processingCode) => !processingCode.startsWith('20')),
    amountMinor: amount(),
    currencyNumeric: digits(3),
    transmittedAtMs: moment(),
    acquirerId: digitsUpTo(11),
    merchantId: id(15),
  })
}

function totals(): fc.Arbitrary<BatchTotals> {
  const few = fc.nat({ max: 1_000_000 })
  return fc.record({
    credits: few,
    creditsMinor: amount(),
    reversedCredits: few,
    reversedCreditsMinor: amount(),
    debits: few,
    debitsMinor: amount(),
    reversedDebits: few,
    reversedDebitsMinor: amount(),
  })
}

function balance(): fc.Arbitrary<AccountBalance> {
  return fc.record({
    kind: fc.constantFrom('ledger' as const, 'available' as const),
    currencyNumeric: digits(3),
    amountMinor: fc.integer({ min: -999_999_999_999, max: 999_999_999_999 }),
  })
}

function original(): fc.Arbitrary<OriginalReference> {
  return fc.record({
    mti: fc.constantFrom('0100', '0200', '0220'),
    stan: digits(6),
    transmittedAtMs: moment(),
  })
}

function localTime() {
  return fc.record({ MMDD: digits(4), hhmmss: digits(6) })
}

function moment(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 4_000_000_000_000 })
}

function amount(): fc.Arbitrary<number> {
  return fc.nat({ max: 999_999_999_999 })
}

function code(): fc.Arbitrary<string> {
  return fc.constantFrom('00', '10', '51', '91', 'Q7', 'Z9')
}

function pan(): fc.Arbitrary<string> {
  return fc.string({ unit: digit(), minLength: 12, maxLength: 19 })
}

function approvalCode(): fc.Arbitrary<string> {
  return alphanumeric(6)
}

function digits(length: number): fc.Arbitrary<string> {
  return fc.string({ unit: digit(), minLength: length, maxLength: length })
}

function digitsUpTo(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: digit(), minLength: 1, maxLength })
}

function digit(): fc.Arbitrary<string> {
  return fc.constantFrom(...'0123456789'.split(''))
}

function alphanumeric(length: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...'AZaz09'.split('')), minLength: length, maxLength: length })
}

/** Without a blank at its end: blanks fill the field. */
function id(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...'AZaz09-_/'.split('')), minLength: 1, maxLength })
}

function bytes(minLength: number, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength })
}

function optional<Values extends object>(values: {
  readonly [Key in keyof Values]: fc.Arbitrary<Values[Key]>
}): fc.Arbitrary<Partial<Values>> {
  const subset: fc.Arbitrary<unknown> = fc.record(values, { requiredKeys: [] })
  // The compiler does not see through the mapped type that fast-check gives back; it is this one.
  return subset as fc.Arbitrary<Partial<Values>>
}
