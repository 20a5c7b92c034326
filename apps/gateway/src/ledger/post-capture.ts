import { captureFeeMinor, capturePosting, type Currency, type FeeFacts, idDigits } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { writeBalanceTransaction } from './balance-transaction.ts'
import { loadMoneyTerms } from './money-terms.ts'
import { isCausePosted, postTransaction } from './post.ts'

export interface PresentedCapture {
  readonly account: string
  readonly mode: Mode
  readonly paymentId: string
  /** `cap_…`; the id of the balance transaction follows from it. */
  readonly captureId: string
  readonly chargeId: string
  readonly currency: Currency
  /** With the tip. */
  readonly grossMinor: number
  readonly card: FeeFacts
  readonly atMs: number
}

/** The acquirer has accepted the capture's presentment: in that transaction, once per capture however often it is told. */
export async function postCapture(tx: Tx, capture: PresentedCapture): Promise<void> {
  const { account, mode, currency, grossMinor, atMs } = capture
  const cause = { kind: 'capture', id: capture.captureId } as const
  if (await isCausePosted(tx, account, cause)) return
  const terms = await loadMoneyTerms(tx, account, atMs)
  const feeMinor = captureFeeMinor(terms.fees, capture.card, { grossMinor, currency })
  const lines = capturePosting({ grossMinor, feeMinor })
  if (!(await postTransaction(tx, { account, mode, cause, currency, atMs, lines }))) return
  await writeBalanceTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    txn: `txn_${idDigits(capture.captureId)}`,
    type: 'charge',
    reportingCategory: 'charge',
    source: capture.chargeId,
    paymentId: capture.paymentId,
    amountMinor: grossMinor,
    feeMinor,
    feeDescription: feeMinor === 0 ? '' : 'Card processing fee',
    description: null,
    availableMs: atMs + terms.holdDays * DAY_MS,
    createdMs: atMs,
  })
}

const DAY_MS = 86_400_000
