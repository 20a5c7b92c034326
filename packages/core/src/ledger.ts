import { assert } from './assert.ts'

/**
 * Double entry per account and currency. Positive is a debit (more is owed to us, or we hold more), negative a credit
 * (we owe more, or have earned it). What a merchant has to get is therefore the negative of `merchant_payable`.
 */
export const ledgerAccounts = [
  /** What the acquirer owes for presented sales, less what it has yet to take for refunds. */
  'acquirer_receivable',
  /** What the merchant has yet to get. */
  'merchant_payable',
  /** What is kept of sales for taking them. */
  'fees',
  /** Taken from the merchant for a cardholder, not yet taken by the acquirer. */
  'refunds',
  /** Taken from the merchant while a dispute is open. */
  'dispute_hold',
  /** Kept back from payouts. */
  'reserve',
  /** Differences to the acquirer's files that a human has to explain. */
  'suspense',
  /** Our own account at the bank. */
  'bank',
] as const
export type LedgerAccount = (typeof ledgerAccounts)[number]

export interface LedgerLine {
  readonly ledgerAccount: LedgerAccount
  readonly amountMinor: number
}

/** Amounts by ledger account as the lines of one transaction, without zeros. They sum to zero, or it throws. */
export function ledgerLines(
  amounts: Readonly<Partial<Record<LedgerAccount, number>>>,
): readonly LedgerLine[] {
  const lines = ledgerAccounts.flatMap((ledgerAccount): LedgerLine[] => {
    const amountMinor = amounts[ledgerAccount] ?? 0
    assert(Number.isSafeInteger(amountMinor), 'an amount of the ledger is a whole number of minor units')
    return amountMinor === 0 ? [] : [{ ledgerAccount, amountMinor }]
  })
  assert(sumMinor(lines) === 0, 'the lines of a ledger transaction sum to zero')
  return lines
}

function sumMinor(lines: readonly LedgerLine[]): number {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}
