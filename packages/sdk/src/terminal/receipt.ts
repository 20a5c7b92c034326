import type { CardFacts, Money, OfflineKind } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { outcomeStatement, type ReceiptTags } from '@holdfast/protocol'
import { tipOf, totalOf } from '../journal/follow-ups.ts'
import { type ApprovedPart, partOf } from '../journal/partial-approval.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import type { TerminalSettings } from './terminal-api.ts'

/**
 * What a receipt says of the payment; the till has the words in each language. A stored payment is `accepted_offline`
 * for the customer, never approved, and without an authorisation code (SQ13); the merchant's copy says that nobody has
 * authorised it yet.
 */
export type ReceiptWording =
  | 'approved'
  | 'partly_approved'
  | 'accepted_offline'
  | 'stored_not_authorised'
  | 'card_approved_not_collected'
  | 'voice_approved_not_collected'
  | 'declined'
  | 'voided'

export interface ReceiptCopy {
  readonly copy: 'customer' | 'merchant'
  readonly wording: ReceiptWording
  readonly accountName: string
  readonly locationName: string
  readonly paymentId: string
  readonly reference: string | null
  /** With the tip. */
  readonly money: Money
  /** Null unless the issuer approved only a part of `money`: what it approved, and what is owed besides (MC3). */
  readonly part: ApprovedPart | null
  /** How it was accepted; null for what was never stored. */
  readonly offlineKind: OfflineKind | null
  readonly tipMinor: number
  /** Device time of the acceptance or the void, Unix milliseconds. */
  readonly atMs: number
  /** Null on the receipt of a void. */
  readonly card: CardFacts | null
  readonly chip: ReceiptTags | null
  /** Null unless the issuer gave one, online or by telephone. */
  readonly authorisationCode: string | null
  /** First digits of the record's hash: paper that proves what the journal held. */
  readonly proof: string | null
}

export interface Receipt {
  readonly customer: ReceiptCopy
  readonly merchant: ReceiptCopy
}

/** Null while the sale is open: there is nothing to hand over. */
export function receiptOf(payment: StoredPayment, settings: TerminalSettings): Receipt | null {
  if (payment.state === 'OPEN') return null
  const { accountName, locationName } = settings
  const { paymentId, reference } = payment
  const money = totalOf(payment)
  const tipMinor = tipOf(payment)
  const part = partOf(payment)
  const offlineKind = 'offlineKind' in payment ? payment.offlineKind : null
  const sale = { accountName, locationName, paymentId, reference, money, tipMinor, part, offlineKind }
  if (payment.state === 'VOIDED') {
    const nothing = { card: null, chip: null, authorisationCode: null, proof: null }
    const common = { ...sale, ...nothing, wording: 'voided', atMs: payment.voidedMs } as const
    return { customer: { ...common, copy: 'customer' }, merchant: { ...common, copy: 'merchant' } }
  }
  const { acceptedMs, card, receipt, recordHash } = payment
  const proof = recordHash.slice(0, PROOF_DIGITS)
  const common = { ...sale, atMs: acceptedMs, card, chip: receipt, proof, ...finding(payment) }
  const { customer, merchant, ...rest } = common
  return {
    customer: { ...rest, copy: 'customer', wording: customer },
    merchant: { ...rest, copy: 'merchant', wording: merchant },
  }
}

const PROOF_DIGITS = 12

interface Finding {
  readonly customer: ReceiptWording
  readonly merchant: ReceiptWording
  readonly authorisationCode: string | null
}

function finding(payment: Exclude<StoredPayment, { state: 'OPEN' | 'VOIDED' }>): Finding {
  switch (payment.state) {
    case 'ACCEPTED_ONLINE':
      return { ...approved(payment), authorisationCode: payment.approvalCode }
    case 'PROCESSED': {
      const outcome = outcomeStatement.safeParse(parseJson(payment.outcome.payload))
      const authorisationCode = outcome.success ? outcome.data.approvalCode : null
      return { ...approved(payment), authorisationCode }
    }
    case 'FAILED_TO_PROCESS':
      return { customer: 'declined', merchant: 'declined', authorisationCode: null }
    case 'QUEUED':
    case 'UPLOADED':
    case 'FAILED_TO_UPLOAD': {
      const merchant = STORED_WORDING[payment.offlineKind]
      return { customer: 'accepted_offline', merchant, authorisationCode: payment.voiceCode ?? null }
    }
  }
}

function approved(payment: StoredPayment): Pick<Finding, 'customer' | 'merchant'> {
  const wording = partOf(payment) === null ? 'approved' : 'partly_approved'
  return { customer: wording, merchant: wording }
}

/** Three kinds, three texts (DESIGN §3.5). */
const STORED_WORDING = {
  deferred: 'stored_not_authorised',
  card_approved: 'card_approved_not_collected',
  voice: 'voice_approved_not_collected',
} as const satisfies Record<OfflineKind, ReceiptWording>
