import {
  approvedMinorOf,
  type Attempt,
  claimedAttempt,
  isWanted,
  type PaymentStory,
  statusOf,
} from '@holdfast/core'
import { responseCode } from '@holdfast/iso8583'
import { findRequested, type RequestedPayment } from '../../payment-intents/payment-intent-store.ts'
import type { Scope } from '../../database/scope.ts'
import { findPayments, type PaymentView } from '../../payments/payment-queries.ts'
import { noNotes, type PaymentNotes, readNotes } from '../../payments/payment-notes.ts'
import { declineCode, declineErrorCode } from './decline-code.ts'
import { NEVER, type ObjectKind, type StripeObject } from './platform/object-kinds.ts'
import { givenUpFailure, isFinalDecline, metadataOf } from './render-charge.ts'

/** A payment of a device, or one that a back end asks for, as a PaymentIntent. What exists only here is in `offline`. */
export const paymentIntentKind: ObjectKind = {
  async render(db, viewing, ids) {
    const notes = await readNotes(db, viewing.account, ids)
    const notesOf = (id: string) => notes.get(id) ?? noNotes
    const taken = (await findPayments(db, viewing, ids)).map((view) => {
      const id = view.row.story.paymentId
      return [id, renderPayment(view, notesOf(id), viewing.gatewayUrl)] as const
    })
    const requested = (await findRequested(db, viewing, ids)).map(
      (payment) =>
        [payment.paymentId, renderRequested(payment, viewing, notesOf(payment.paymentId))] as const,
    )
    return new Map<string, StripeObject>([...requested, ...taken])
  },
  expandable: {
    latest_charge: { kind: 'charge' },
    customer: { kind: 'customer' },
    application: NEVER,
    invoice: NEVER,
    on_behalf_of: NEVER,
    payment_method: NEVER,
    review: NEVER,
  },
}

function renderPayment(view: PaymentView, notes: PaymentNotes, gatewayUrl: string): StripeObject {
  const { row, canceledMs, saleTipMinor, taken } = view
  const { story } = row
  const { amountMinor, currency } = story.money
  // Chosen before the card it is in the amount already; written in afterwards it comes on top. What the acquirer has not
  // taken, or does not take any more, is nobody's money.
  const tipMinor = saleTipMinor + (taken?.tipMinor ?? story.tipMinor ?? 0)
  const status = statusOf(story)
  const latest = latestCharge(story)
  const method = row.details.at(-1)?.card.brand === 'interac' ? 'interac_present' : 'card_present'
  return {
    id: story.paymentId,
    object: 'payment_intent',
    amount: amountMinor + (story.incrementedMinor ?? 0),
    amount_capturable: status === 'requires_capture' ? approvedMinorOf(story) : 0,
    amount_details: { tip: tipMinor === 0 ? {} : { amount: tipMinor } },
    amount_received: status === 'succeeded' ? (taken?.amountMinor ?? receivedMinorOf(story)) : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: canceledMs === null ? null : Math.floor(canceledMs / 1_000),
    cancellation_reason: story.word.said === 'voided' ? cancellationReason(story.word.reason) : null,
    capture_method: story.captureMethod,
    client_secret: null,
    confirmation_method: 'automatic',
    // The moment of sale, from the signed record: the same for ever, also after a restore.
    created: Math.floor(row.openedMs / 1_000),
    currency,
    customer: notes.customer,
    description: notes.description,
    invoice: null,
    last_payment_error: lastPaymentError(view, gatewayUrl),
    latest_charge: latest === null ? null : (row.details[latest.number - 1]?.chargeId ?? null),
    livemode: row.mode === 'live',
    metadata: metadataOf(row, notes),
    next_action: null,
    offline: offlineOf(view),
    on_behalf_of: null,
    payment_method: null,
    payment_method_options: methodOptions(method),
    payment_method_types: [method],
    processing: null,
    receipt_email: notes.receiptEmail,
    review: null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor: notes.statementDescriptor,
    statement_descriptor_suffix: notes.statementDescriptorSuffix,
    // A stored payment that the issuer declined is closed for its card: the error stays, a new payment names it.
    status: status === 'declined' ? 'requires_payment_method' : status,
    transfer_data: null,
    transfer_group: notes.transferGroup,
  }
}

/** Nobody has taken it: no card, no charge, no money. */
function renderRequested(payment: RequestedPayment, { mode }: Scope, notes: PaymentNotes): StripeObject {
  const { paymentId, canceledMs } = payment
  return {
    id: paymentId,
    object: 'payment_intent',
    amount: payment.amountMinor,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: canceledMs === null ? null : Math.floor(canceledMs / 1_000),
    cancellation_reason: payment.cancelReason,
    capture_method: payment.captureMethod,
    client_secret: payment.clientSecret,
    confirmation_method: 'automatic',
    created: Math.floor(payment.createdMs / 1_000),
    currency: payment.currency,
    customer: notes.customer,
    description: notes.description,
    invoice: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: mode === 'live',
    metadata: notes.metadata,
    next_action: null,
    offline: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_options: methodOptions(payment.method),
    payment_method_types: [payment.method],
    processing: null,
    receipt_email: notes.receiptEmail,
    review: null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor: notes.statementDescriptor,
    statement_descriptor_suffix: notes.statementDescriptorSuffix,
    status: canceledMs === null ? 'requires_payment_method' : 'canceled',
    transfer_data: null,
    transfer_group: notes.transferGroup,
  }
}

/** What was captured, or will be by itself. */
function receivedMinorOf(story: PaymentStory): number {
  return story.capturedMinor ?? approvedMinorOf(story) + (story.tipMinor ?? 0)
}

function methodOptions(method: 'card_present' | 'interac_present') {
  if (method === 'interac_present') return { interac_present: {} }
  return {
    card_present: {
      request_extended_authorization: false,
      request_incremental_authorization_support: false,
    },
  }
}

/** The try that the device's acceptance names, else the last one that was or will be asked for. */
function latestCharge(story: PaymentStory): Attempt | null {
  const asked = story.attempts.filter(
    (attempt) => attempt.state !== 'shelved' && (attempt.state !== 'planned' || isWanted(story, attempt)),
  )
  const claimed = claimedAttempt(story)
  if (claimed !== null && asked.includes(claimed)) return claimed
  return asked.at(-1) ?? null
}

function lastPaymentError({ row }: PaymentView, gatewayUrl: string) {
  const { story } = row
  const status = statusOf(story)
  if (status !== 'declined' && status !== 'requires_payment_method') return null
  const declined = claimedAttempt(story) ?? story.attempts.at(-1)
  if (story.givenUp !== undefined) {
    const { failure_code: code, failure_message: message } = givenUpFailure(story.givenUp)
    const doc_url = `${gatewayUrl}/docs/errors#${story.givenUp.why}`
    return { type: 'card_error', code, decline_code: 'generic_decline', message, doc_url }
  }
  if (declined === undefined || !isFinalDecline(declined)) return null
  const charge = row.details[declined.number - 1]?.chargeId
  return {
    type: 'card_error',
    code: declineErrorCode(declined.responseCode),
    decline_code: declineCode(declined.responseCode),
    network_decline_code: declined.responseCode,
    message: responseCode(declined.responseCode).meaning,
    doc_url: `${gatewayUrl}/docs/errors#card_declined`,
    ...(charge === undefined ? {} : { charge }),
  }
}

/** What no field of Stripe's says about a payment that was stored; null for one that never was. */
function offlineOf({ row, accepted }: PaymentView) {
  if (row.storedMs === null) return null
  const { word } = row.story
  return {
    kind: word.said === 'accepted' && word.via === 'offline' ? word.kind : null,
    stored_at: Math.floor(row.storedMs / 1_000),
    received_at: Math.floor(row.receivedMs / 1_000),
    device: row.deviceId,
    seq: accepted?.seq ?? null,
    policy:
      accepted === null ? null : { lease: accepted.lease, why: accepted.why, approver: accepted.approver },
    deadline:
      accepted === null || accepted.deadlineMs === null ? null : Math.floor(accepted.deadlineMs / 1_000),
    attempts: row.story.attempts.map((attempt) => ({
      number: attempt.number,
      charge: row.details[attempt.number - 1]?.chargeId ?? null,
      state: attempt.state,
      response_code: 'responseCode' in attempt ? attempt.responseCode : null,
    })),
    attention: row.attention,
  }
}

/** Stripe's list is closed; a device says more than it has. */
function cancellationReason(reason: string): string {
  if (reason === 'canceled' || reason === 'paid_otherwise') return 'requested_by_customer'
  return reason === 'abandoned' ? 'abandoned' : 'automatic'
}
