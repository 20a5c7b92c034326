import {
  approvedMinorOf,
  type Attempt,
  claimedAttempt,
  isWanted,
  type PaymentStory,
  statusOf,
} from '@holdfast/core'
import { responseCode } from '@holdfast/iso8583'
import type { PaymentView } from '../../payments/payment-queries.ts'
import { declineCode, declineErrorCode } from './decline-code.ts'
import { isFinalDecline, metadataOf, renderCharge } from './render-charge.ts'

/** A payment as a PaymentIntent; what exists only here is in `offline`. */
export function renderPaymentIntent(view: PaymentView, expand: ReadonlySet<string>) {
  const { row, canceledMs } = view
  const { story } = row
  const { amountMinor, currency } = story.money
  const status = statusOf(story)
  const latest = latestCharge(story)
  const isInterac = row.details.at(-1)?.card.brand === 'interac'
  return {
    id: story.paymentId,
    object: 'payment_intent',
    amount: amountMinor,
    amount_capturable: status === 'requires_capture' ? approvedMinorOf(story) : 0,
    amount_details: { tip: {} },
    amount_received: status === 'succeeded' ? approvedMinorOf(story) : 0,
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
    customer: null,
    description: null,
    invoice: null,
    last_payment_error: lastPaymentError(view),
    latest_charge: latest === null ? null : latestChargeField(view, latest, expand),
    livemode: row.mode === 'live',
    metadata: metadataOf(row),
    next_action: null,
    offline: offlineOf(view),
    on_behalf_of: null,
    payment_method: null,
    payment_method_options: isInterac
      ? { interac_present: {} }
      : {
          card_present: {
            request_extended_authorization: false,
            request_incremental_authorization_support: false,
          },
        },
    payment_method_types: [isInterac ? 'interac_present' : 'card_present'],
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    // A stored payment that the issuer declined is closed for its card: the error stays, a new payment names it.
    status: status === 'declined' ? 'requires_payment_method' : status,
    transfer_data: null,
    transfer_group: null,
  }
}

function latestChargeField(view: PaymentView, attempt: Attempt, expand: ReadonlySet<string>) {
  if (!expand.has('latest_charge')) return view.row.details[attempt.number - 1]?.chargeId ?? null
  return renderCharge(view, attempt.number, view.row.story.paymentId)
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

function lastPaymentError({ row }: PaymentView) {
  const { story } = row
  const status = statusOf(story)
  if (status !== 'declined' && status !== 'requires_payment_method') return null
  const declined = claimedAttempt(story) ?? story.attempts.at(-1)
  if (declined === undefined || !isFinalDecline(declined)) return null
  const charge = row.details[declined.number - 1]?.chargeId
  return {
    type: 'card_error',
    code: declineErrorCode(declined.responseCode),
    decline_code: declineCode(declined.responseCode),
    network_decline_code: declined.responseCode,
    message: responseCode(declined.responseCode).meaning,
    doc_url: '/docs/errors#card_declined',
    ...(charge === undefined ? {} : { charge }),
  }
}

/** What no field of Stripe's says about a payment that was stored; null for one that never was. */
function offlineOf({ row, acceptedSeq }: PaymentView) {
  if (row.storedMs === null) return null
  const { word } = row.story
  return {
    kind: word.said === 'accepted' && word.via === 'offline' ? word.kind : null,
    stored_at: Math.floor(row.storedMs / 1_000),
    received_at: Math.floor(row.receivedMs / 1_000),
    device: row.deviceId,
    seq: acceptedSeq,
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
