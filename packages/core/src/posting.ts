import { assert } from './assert.ts'
import { type LedgerLine, ledgerLines } from './ledger.ts'

/** What each event does to the books. All amounts are minor units of one currency and not negative. */

/** The acquirer has accepted a presentment. */
export function capturePosting(amounts: { grossMinor: number; feeMinor: number }): readonly LedgerLine[] {
  const { grossMinor, feeMinor } = checked(amounts)
  return ledgerLines({
    acquirer_receivable: grossMinor,
    merchant_payable: feeMinor - grossMinor,
    fees: -feeMinor,
  })
}

/** A refund was promised to the cardholder: the merchant has it no longer, the acquirer has not taken it yet. */
export function refundPosting(amounts: { amountMinor: number }): readonly LedgerLine[] {
  const { amountMinor } = checked(amounts)
  return ledgerLines({ merchant_payable: amountMinor, refunds: -amountMinor })
}

/** The acquirer has accepted the refund's presentment. */
export function refundPresentedPosting(amounts: { amountMinor: number }): readonly LedgerLine[] {
  const { amountMinor } = checked(amounts)
  return ledgerLines({ refunds: amountMinor, acquirer_receivable: -amountMinor })
}

/** The refund has failed; the merchant has the money back. */
export function refundFailedPosting(amounts: { amountMinor: number }): readonly LedgerLine[] {
  const { amountMinor } = checked(amounts)
  return ledgerLines({ refunds: amountMinor, merchant_payable: -amountMinor })
}

/** Held from the merchant while the dispute is open, with the fee for it. */
export function disputeOpenedPosting(amounts: {
  amountMinor: number
  feeMinor: number
}): readonly LedgerLine[] {
  const { amountMinor, feeMinor } = checked(amounts)
  return ledgerLines({
    merchant_payable: amountMinor + feeMinor,
    dispute_hold: -amountMinor,
    fees: -feeMinor,
  })
}

/** Won: the hold goes back to the merchant, and the fee where the schedule gives it back. */
export function disputeWonPosting(amounts: { amountMinor: number; feeMinor: number }): readonly LedgerLine[] {
  const { amountMinor, feeMinor } = checked(amounts)
  return ledgerLines({
    dispute_hold: amountMinor,
    merchant_payable: -amountMinor - feeMinor,
    fees: feeMinor,
  })
}

/** Lost: what was held goes to the acquirer. */
export function disputeLostPosting(amounts: { amountMinor: number }): readonly LedgerLine[] {
  const { amountMinor } = checked(amounts)
  return ledgerLines({ dispute_hold: amountMinor, acquirer_receivable: -amountMinor })
}

/**
 * The acquirer has paid, to the merchant or to us: what it owed is settled, its fees are its own, and what differs from
 * our books waits for a human. All four may be negative; `settledMinor` less `feesMinor` with the difference is what was
 * paid.
 */
export function fundingPosting(
  {
    settledMinor,
    feesMinor,
    differenceMinor,
  }: { readonly settledMinor: number; readonly feesMinor: number; readonly differenceMinor: number },
  paidTo: 'merchant' | 'bank',
): readonly LedgerLine[] {
  const paidMinor = settledMinor - feesMinor + differenceMinor
  return ledgerLines({
    acquirer_receivable: -settledMinor,
    fees: feesMinor,
    suspense: -differenceMinor,
    ...(paidTo === 'merchant' ? { merchant_payable: paidMinor } : { bank: paidMinor }),
  })
}

/** Sent to the merchant's bank. */
export function payoutPosting(amounts: { amountMinor: number }): readonly LedgerLine[] {
  const { amountMinor } = checked(amounts)
  return ledgerLines({ merchant_payable: amountMinor, bank: -amountMinor })
}

/** Came back from the merchant's bank. */
export function payoutFailedPosting(amounts: { amountMinor: number }): readonly LedgerLine[] {
  const { amountMinor } = checked(amounts)
  return ledgerLines({ bank: amountMinor, merchant_payable: -amountMinor })
}

function checked<Amounts extends Readonly<Record<string, number>>>(amounts: Amounts): Amounts {
  for (const [name, amount] of Object.entries(amounts))
    assert(
      Number.isSafeInteger(amount) && amount >= 0,
      `${name} is a whole number of minor units, not negative`,
    )
  return amounts
}
