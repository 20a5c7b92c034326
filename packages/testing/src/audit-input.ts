import type { Attempt, DeviceWord, Increment, Money, PaymentStatus, PaymentStory } from '@holdfast/core'
import { statusOf } from '@holdfast/core'

/** Everything of one moment. Take the acquirer's journal last: an approval that nobody knows is a difference at once. */
export interface AuditInput {
  /** Only devices whose journal is at hand; of the others the gateway's word counts. */
  readonly devices: readonly AuditDevice[]
  readonly gateway: readonly AuditGatewayPayment[]
  readonly acquirer: readonly AuditAcquirerEntry[]
  /** Absent where refunds are not looked at. */
  readonly refunds?: readonly AuditGatewayRefund[]
}

export interface AuditDevice {
  readonly deviceId: string
  /** True when each record of its journal has a verdict of the gateway. */
  readonly drained: boolean
  /** A `StoredPayment` of the SDK fits. */
  readonly payments: readonly AuditDevicePayment[]
}

export interface AuditDevicePayment {
  readonly paymentId: string
  readonly money: Money
  readonly state:
    | 'OPEN'
    | 'ACCEPTED_ONLINE'
    | 'QUEUED'
    | 'UPLOADED'
    | 'PROCESSED'
    | 'FAILED_TO_PROCESS'
    | 'FAILED_TO_UPLOAD'
    | 'VOIDED'
  /** What was asked of it after its sale. */
  readonly followUps?: { readonly refunds: readonly { readonly refundId: string }[] }
}

export interface AuditGatewayPayment {
  readonly paymentId: string
  readonly deviceId: string
  /** DE41. */
  readonly terminalId: string
  readonly money: Money
  readonly status: PaymentStatus
  /** The device's last word as far as the gateway heard it. */
  readonly word: DeviceWord['said']
  readonly attempts: readonly AuditAttempt[]
  /** Why a human has to look; null when nobody has to. */
  readonly attention: string | null
  /** What was asked for on top of the approval; absent where nobody looks. */
  readonly increments?: readonly AuditIncrement[]
  /** What was taken of the approval, with the tip, and whether the acquirer has it; absent where captures are not looked at. */
  readonly captured?: { readonly amountMinor: number; readonly isPresented: boolean } | null
}

export interface AuditIncrement {
  readonly state: Increment['state']
  readonly rrn: string
  /** What comes on top, minor units. */
  readonly amountMinor: number
}

export interface AuditGatewayRefund {
  readonly refundId: string
  /** Null for one that a supervisor has given without a sale. */
  readonly paymentId: string | null
  /** DE41. */
  readonly terminalId: string
  readonly money: Money
  readonly status: 'waiting_parent' | 'submitted' | 'succeeded' | 'failed' | 'canceled'
}

export interface AuditAttempt {
  readonly state: Attempt['state']
  /** Null before the first sending. */
  readonly stan: string | null
  readonly rrn: string | null
  readonly approvalCode: string | null
  /** Minor units where the issuer approved less than was asked; null for the whole. */
  readonly approvedMinor: number | null
}

/** A row of the acquirer's `GET /journal` fits. */
export interface AuditAcquirerEntry {
  readonly mti: string
  readonly terminal: string
  readonly stan: string
  readonly rrn: string
  readonly amountMinor: number
  /** Three digits of ISO 4217. */
  readonly currency: string
  readonly outcome: 'approved' | 'declined' | 'never_seen'
  readonly responseCode: string
  readonly approvalCode?: string
  readonly reversed: boolean
  /** What the card is charged now, after reversals; below zero for what was given back. */
  readonly chargedMinor: number
  /** `refund` for what was given back; absent from an acquirer that does not say. */
  readonly kind?: string
  /** Of a refund: the RRN of the sale that it names. */
  readonly saleRrn?: string | undefined
  /** What it was asked to hold on top, in that order; absent where it was asked for nothing. */
  readonly increments?: readonly AuditAcquirerIncrement[]
}

export interface AuditAcquirerIncrement {
  readonly ids: { readonly rrn: string }
  readonly outcome: 'approved' | 'declined'
  readonly reversed: boolean
  /** What it holds of it while it stands, minor units. */
  readonly answeredMinor: number
}

export interface AuditReport {
  readonly sales: number
  /** The device said so, or the gateway heard it say so. */
  readonly accepted: number
  readonly authorised: number
  readonly declined: number
  readonly voided: number
  /** Something can still happen by itself, or the sale is still open. */
  readonly pending: number
  readonly differences: readonly AuditDifference[]
}

export interface AuditDifference {
  readonly code: AuditCode
  /** Null where no payment is known. */
  readonly paymentId: string | null
  readonly detail: string
  /** What a person does about it. */
  readonly remedy: string
}

export type AuditCode =
  | 'accepted_but_missing_at_gateway'
  | 'accepted_but_parked'
  | 'accepted_but_reversed'
  | 'acceptance_not_known_at_gateway'
  | 'acquirer_unknown'
  | 'amount_differs'
  | 'approval_not_at_acquirer'
  | 'approved_but_not_accepted'
  | 'approved_twice'
  | 'declined_but_approved'
  | 'declined_reversed'
  | 'increment_not_known_at_gateway'
  | 'missing_on_device'
  | 'needs_attention'
  | 'outcome_differs'
  | 'refund_not_at_acquirer'
  | 'refund_not_known_at_gateway'
  | 'refund_unknown'
  | 'void_not_known_at_gateway'

/** One sale with all that is known of it. */
export interface AuditSale {
  readonly paymentId: string
  /** Null when its journal is not at hand. */
  readonly device: AuditDevice | null
  /** Null when the journal is at hand and has no such payment, or is not at hand. */
  readonly onDevice: AuditDevicePayment | null
  readonly gateway: AuditGatewayPayment | null
  readonly acquirer: readonly AuditAcquirerEntry[]
  /** The device's last word; the gateway's knowledge of it where the journal is not at hand. */
  readonly word: DeviceWord['said']
  /** Something is queued, asked or being reversed: what looks like a contradiction may end by itself. */
  readonly inMotion: boolean
}

/** The gateway's part of the input, from the story that it keeps. */
export function auditGatewayPayment(row: {
  readonly deviceId: string
  readonly terminalId: string
  readonly story: PaymentStory
  readonly attention: string | null
}): AuditGatewayPayment {
  const { deviceId, terminalId, story, attention } = row
  return {
    paymentId: story.paymentId,
    deviceId,
    terminalId,
    money: story.money,
    status: statusOf(story),
    word: story.word.said,
    attempts: story.attempts.map((attempt) => ({
      state: attempt.state,
      stan: 'stan' in attempt ? attempt.stan : null,
      rrn: 'rrn' in attempt ? attempt.rrn : null,
      approvalCode: attempt.state === 'approved' ? attempt.approvalCode : null,
      approvedMinor: attempt.state === 'approved' ? (attempt.approvedMinor ?? null) : null,
    })),
    attention,
  }
}
