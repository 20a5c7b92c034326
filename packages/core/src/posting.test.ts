import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type LedgerLine, ledgerLines } from './ledger.ts'
import {
  capturePosting,
  disputeLostPosting,
  disputeOpenedPosting,
  disputeWonPosting,
  payoutFailedPosting,
  payoutPosting,
  refundFailedPosting,
  refundPosting,
  refundPresentedPosting,
} from './posting.ts'

const minor = fc.integer({ min: 0, max: 999_999_999_999 })
const posting: fc.Arbitrary<readonly LedgerLine[]> = fc.oneof(
  fc.record({ grossMinor: minor, feeMinor: minor }).map(capturePosting),
  fc.record({ amountMinor: minor }).map(refundPosting),
  fc.record({ amountMinor: minor }).map(refundPresentedPosting),
  fc.record({ amountMinor: minor }).map(refundFailedPosting),
  fc.record({ amountMinor: minor, feeMinor: minor }).map(disputeOpenedPosting),
  fc.record({ amountMinor: minor, feeMinor: minor }).map(disputeWonPosting),
  fc.record({ amountMinor: minor }).map(disputeLostPosting),
  fc.record({ amountMinor: minor }).map(payoutPosting),
  fc.record({ amountMinor: minor }).map(payoutFailedPosting),
)

test('any sequence of postings sums to zero, and none has an empty line', () => {
  fc.assert(
    fc.property(fc.array(posting), (postings) => {
      const lines = postings.flat()
      expect(lines.every(({ amountMinor }) => amountMinor !== 0)).toBe(true)
      return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0) === 0
    }),
  )
})

test('a sale, its refund that fails and its dispute that is won leave the merchant what a sale does', () => {
  const sale = capturePosting({ grossMinor: 5_000, feeMinor: 70 })
  const after = [
    ...sale,
    ...refundPosting({ amountMinor: 1_000 }),
    ...refundFailedPosting({ amountMinor: 1_000 }),
    ...disputeOpenedPosting({ amountMinor: 5_000, feeMinor: 1_500 }),
    ...disputeWonPosting({ amountMinor: 5_000, feeMinor: 1_500 }),
  ]
  expect(balances(after)).toEqual(balances(sale))
})

test('a dispute that is lost costs the merchant the sale, its fee and the fee of the dispute', () => {
  const after = [
    ...capturePosting({ grossMinor: 5_000, feeMinor: 70 }),
    ...disputeOpenedPosting({ amountMinor: 5_000, feeMinor: 1_500 }),
    ...disputeLostPosting({ amountMinor: 5_000 }),
  ]
  expect(balances(after)).toEqual({ merchant_payable: 1_570, fees: -1_570 })
})

test('what a sale brings and is paid out leaves the acquirer as the one who owes and our bank short', () => {
  const after = [
    ...capturePosting({ grossMinor: 5_000, feeMinor: 70 }),
    ...refundPosting({ amountMinor: 1_000 }),
    ...refundPresentedPosting({ amountMinor: 1_000 }),
    ...payoutPosting({ amountMinor: 3_930 }),
  ]
  expect(balances(after)).toEqual({ acquirer_receivable: 4_000, fees: -70, bank: -3_930 })
})

test('lines that do not sum to zero, and amounts that are no whole numbers, are a fault of the program', () => {
  expect(() => ledgerLines({ bank: 1 })).toThrow('sum to zero')
  expect(() => ledgerLines({ bank: 0.5, fees: -0.5 })).toThrow('whole number')
  expect(() => refundPosting({ amountMinor: -1 })).toThrow('amountMinor')
})

function balances(lines: readonly LedgerLine[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { ledgerAccount, amountMinor } of lines)
    sums[ledgerAccount] = (sums[ledgerAccount] ?? 0) + amountMinor
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0))
}
