import {
  type CaptureMethod,
  type CardBrand,
  type CardholderVerification,
  type Currency,
  type EntryMode,
  type OfflineKind,
} from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { errorTable, isErrorCode, type OfflineReason, outcomeStatement } from '@holdfast/protocol'
import type { ForwardProgress } from '../gateway/forward-progress.ts'
import { followUpsOf, tipOf, totalOf } from '../journal/follow-ups.ts'
import { owedMinor } from '../journal/partial-approval.ts'
import type { FollowUps, StoredOffline, StoredPayment } from '../journal/stored-payment.ts'

/** The five statuses of a stored payment (MP11). */
export const queueStatuses = [
  'QUEUED',
  'UPLOADED',
  'FAILED_TO_UPLOAD',
  'FAILED_TO_PROCESS',
  'PROCESSED',
] as const
export type QueueStatus = (typeof queueStatuses)[number]

/** A payment that was accepted without the issuer, from its acceptance to its outcome. */
export interface QueuedPayment {
  /** The same as `id`: the id of the payment is final from the first moment (MP12). */
  readonly localId: string
  readonly id: string
  readonly status: QueueStatus
  readonly createdAtMs: number
  /** The acceptance, device time. */
  readonly storedAtMs: number
  /** When the gateway must have it at the latest; null once it has. */
  readonly uploadByMs: number | null
  readonly requiresUpload: boolean
  /** Without the tip that was added after the sale. */
  readonly amountMinor: number
  readonly tipMinor: number
  readonly totalMinor: number
  /** What the issuer did not approve of it; 0 unless it approved a part (MC3). */
  readonly owedMinor: number
  readonly currency: Currency
  readonly captureMethod: CaptureMethod
  readonly locationId: string
  readonly readerId: string
  readonly reference: string | null
  readonly offlineKind: OfflineKind
  readonly offlineWhy: OfflineReason
  readonly card: CardPresentDetails
  readonly failure: QueueFailure | null
  readonly followUps: FollowUps
  readonly forwarding: ForwardProgress
}

/** What is known of the card before its issuer has been asked. */
export interface CardPresentDetails {
  readonly brand: CardBrand
  readonly last4: string
  readonly expMonth: number
  readonly expYear: number
  /** Never leaves the reader. */
  readonly cardholderName: null
  readonly readMethod: EntryMode
  readonly receiptDetails: ReceiptDetails
}

export interface ReceiptDetails {
  /** Unavailable offline. */
  readonly accountType: null
  readonly applicationCryptogram: string
  readonly applicationPreferredName: string
  /** Both are the issuer's: null until it has decided, or said so by telephone. */
  readonly authorisationCode: string | null
  readonly authorisationResponseCode: string | null
  readonly cardholderVerificationMethod: CardholderVerification
  readonly dedicatedFileName: string
  readonly terminalVerificationResults: string
  readonly transactionStatusInformation: string
}

/** `detail` is for a person; `code` is of the error table. */
export interface QueueFailure {
  readonly category: 'kept_for_review' | 'issuer_declined' | 'given_up' | 'canceled'
  readonly code: string
  readonly detail: string
}

export type Queued = Extract<StoredPayment, { state: QueueStatus }> & StoredOffline

/** True for what was once stored; a payment that was approved online is never in the queue. */
export function isQueued(payment: StoredPayment): payment is Queued {
  return 'offlineKind' in payment && payment.offlineKind !== null
}

export function queuedPaymentOf(payment: Queued, forwarding: ForwardProgress): QueuedPayment {
  const { paymentId, money, captureMethod, location, reader, reference, openedMs } = payment
  const { acceptedMs, offlineKind, offlineWhy, uploadUntilMs } = payment
  const requiresUpload = payment.state === 'QUEUED'
  const totalMinor = totalOf(payment).amountMinor
  return {
    localId: paymentId,
    id: paymentId,
    status: payment.state,
    createdAtMs: openedMs,
    storedAtMs: acceptedMs,
    uploadByMs: requiresUpload ? uploadUntilMs : null,
    requiresUpload,
    ...money,
    tipMinor: tipOf(payment),
    totalMinor,
    owedMinor: owedMinor(payment),
    captureMethod,
    locationId: location,
    readerId: reader,
    reference,
    offlineKind,
    offlineWhy,
    card: cardOf(payment),
    failure: failureOf(payment),
    followUps: followUpsOf(payment),
    forwarding: requiresUpload ? forwarding : { ...forwarding, nextTryMs: null },
  }
}

function cardOf(payment: Queued): CardPresentDetails {
  const { card, receipt } = payment
  const { brand, last4, expMonth, expYear, entryMode, cvm, aid } = card
  const outcome = outcomeOf(payment)
  return {
    brand,
    last4,
    expMonth,
    expYear,
    cardholderName: null,
    readMethod: entryMode,
    receiptDetails: {
      accountType: null,
      applicationCryptogram: receipt.applicationCryptogram,
      applicationPreferredName: receipt.applicationPreferredName,
      authorisationCode: outcome?.approvalCode ?? payment.voiceCode ?? null,
      authorisationResponseCode: outcome?.responseCode ?? null,
      cardholderVerificationMethod: cvm,
      dedicatedFileName: aid,
      terminalVerificationResults: receipt.terminalVerificationResults,
      transactionStatusInformation: receipt.transactionStatusInformation,
    },
  }
}

function failureOf(payment: Queued): QueueFailure | null {
  if (payment.state === 'FAILED_TO_UPLOAD') {
    const { code } = payment
    return { category: 'kept_for_review', code, detail: isErrorCode(code) ? errorTable[code].message : code }
  }
  if (payment.state !== 'FAILED_TO_PROCESS') return null
  const { code, note } = payment
  if (note !== undefined) return { category: 'given_up', code, detail: note }
  if (outcomeOf(payment)?.status === 'canceled')
    return { category: 'canceled', code: 'payment_voided', detail: 'The gateway closed the payment.' }
  return {
    category: 'issuer_declined',
    code: 'card_declined',
    detail: `The issuer answered ${code}.`,
  }
}

function outcomeOf(payment: Queued) {
  if (!('outcome' in payment)) return null
  const parsed = outcomeStatement.safeParse(parseJson(payment.outcome.payload))
  return parsed.success ? parsed.data : null
}
