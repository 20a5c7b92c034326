import {
  type Attempt,
  type CardFacts,
  claimedAttempt,
  type GivenUp,
  mayBeIncremented,
  must,
} from '@holdfast/core'
import { responseCode } from '@holdfast/iso8583'
import { errorTable } from '@holdfast/protocol'
import { type ChargeMoney, readChargeMoney } from '../../ledger/charge-money.ts'
import { findCharges, findPayments, type PaymentView } from '../../payments/payment-queries.ts'
import { noNotes, type PaymentNotes, readNotes } from '../../payments/payment-notes.ts'
import type { AttemptDetails } from '../../store/gateway-store.ts'
import { declineCode, declineErrorCode } from './decline-code.ts'
import { NEVER, type ObjectKind, type StripeObject } from './platform/object-kinds.ts'

/** One try at the issuer, as a Charge. */
export const chargeKind: ObjectKind = {
  async render(db, scope, ids) {
    const { takesIncrements = false } = scope
    const keys = await findCharges(db, scope, ids)
    const payments = [...new Set(keys.map(({ payment }) => payment))]
    const views = new Map(
      (await findPayments(db, scope, payments)).map((view) => [view.row.story.paymentId, view]),
    )
    const notes = await readNotes(db, scope.account, [...ids, ...payments])
    const money = await readChargeMoney(db, scope, ids)
    return new Map(
      keys.map(({ charge, payment, number }) => [
        charge,
        renderCharge(
          must(views.get(payment), 'a charge belongs to its payment'),
          number,
          notes.get(charge) ?? notes.get(payment) ?? noNotes,
          money.get(charge) ?? { txn: null, refundedMinor: 0, dispute: null },
          { takesIncrements },
        ),
      ]),
    )
  },
  expandable: {
    payment_intent: { kind: 'payment_intent' },
    customer: { kind: 'customer' },
    balance_transaction: { kind: 'balance_transaction' },
    dispute: { kind: 'dispute' },
    failure_balance_transaction: NEVER,
    application: NEVER,
    application_fee: NEVER,
    invoice: NEVER,
    on_behalf_of: NEVER,
    payment_method: NEVER,
    review: NEVER,
    source_transfer: NEVER,
    transfer: NEVER,
  },
}

function renderCharge(
  { row, taken }: PaymentView,
  number: number,
  notes: PaymentNotes,
  { txn, refundedMinor, dispute }: ChargeMoney,
  { takesIncrements }: { readonly takesIncrements: boolean },
): StripeObject {
  const attempt = must(row.story.attempts[number - 1], 'a charge is an attempt of its payment')
  const detail = must(row.details[number - 1], 'every attempt has its details')
  const { amountMinor, currency } = row.story.money
  const standing = attempt.state === 'approved'
  const isClaimed = claimedAttempt(row.story)?.number === number
  const incrementedMinor = isClaimed ? (row.story.incrementedMinor ?? 0) : 0
  const approvedMinor = standing ? (attempt.approvedMinor ?? amountMinor) + incrementedMinor : amountMinor
  const { captureMethod, capturedMinor, tipMinor = 0 } = row.story
  const captured = standing && (captureMethod === 'automatic' || capturedMinor !== undefined)
  const takenMinor = (isClaimed ? taken?.amountMinor : undefined) ?? capturedMinor ?? approvedMinor + tipMinor
  const givenUp = isClaimed ? (row.story.givenUp ?? null) : null
  return {
    id: detail.chargeId,
    object: 'charge',
    amount: approvedMinor,
    amount_refunded: refundedMinor,
    amount_captured: captured ? takenMinor : 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    ...(standing ? { authorization_code: attempt.approvalCode } : {}),
    balance_transaction: txn,
    billing_details: { address: null, email: null, name: null, phone: null },
    calculated_statement_descriptor: null,
    captured,
    created: Math.floor(detail.createdMs / 1_000),
    currency,
    customer: notes.customer,
    description: notes.description,
    // Newer versions of Stripe's API have only `disputed`.
    dispute,
    disputed: dispute !== null,
    failure_balance_transaction: null,
    ...(givenUp === null ? failureOf(attempt) : givenUpFailure(givenUp)),
    fraud_details: {},
    invoice: null,
    livemode: row.mode === 'live',
    metadata: metadataOf(row, notes),
    on_behalf_of: null,
    outcome: outcomeOf(attempt),
    paid: standing,
    payment_intent: row.story.paymentId,
    payment_method: null,
    payment_method_details: paymentMethodDetails(row, attempt, detail, {
      authorisedMinor: standing ? amountMinor + incrementedMinor : null,
      isIncrementable: isClaimed && takesIncrements && mayBeIncremented(row.story),
    }),
    receipt_email: notes.receiptEmail,
    receipt_number: null,
    receipt_url: null,
    refunded: refundedMinor > 0 && refundedMinor >= (captured ? takenMinor : approvedMinor),
    review: null,
    shipping: null,
    source_transfer: null,
    statement_descriptor: notes.statementDescriptor,
    statement_descriptor_suffix: notes.statementDescriptorSuffix,
    status: givenUp === null ? statusOf(attempt) : 'failed',
    transfer_data: null,
    transfer_group: notes.transferGroup,
  }
}

/** What the device says of its sale, under what the merchant says. */
export function metadataOf(row: PaymentView['row'], { metadata }: PaymentNotes): Record<string, string> {
  const { saleId: sale, reference, operator } = row
  return {
    sale,
    ...(reference === null ? {} : { reference }),
    ...(operator === null ? {} : { operator }),
    ...metadata,
  }
}

/** Closed by a person, and no issuer. */
export function givenUpFailure({ why }: GivenUp): { failure_code: string; failure_message: string } {
  return { failure_code: 'card_declined', failure_message: errorTable[why].message }
}

/** A decline that the gateway will ask again about is not yet one. */
export function isFinalDecline(attempt: Attempt): attempt is Attempt & { state: 'declined' } {
  return attempt.state === 'declined' && attempt.retryAtMs === null
}

function statusOf(attempt: Attempt): 'succeeded' | 'pending' | 'failed' {
  if (attempt.state === 'approved') return 'succeeded'
  // Reversed, whatever the issuer had said: no money moves.
  return isFinalDecline(attempt) || attempt.state === 'reversed' ? 'failed' : 'pending'
}

function failureOf(attempt: Attempt): { failure_code: string | null; failure_message: string | null } {
  if (attempt.state === 'reversed') {
    return { failure_code: 'authorization_reversed', failure_message: REVERSALS[attempt.why] }
  }
  if (!isFinalDecline(attempt)) return { failure_code: null, failure_message: null }
  return {
    failure_code: declineErrorCode(attempt.responseCode),
    failure_message: responseCode(attempt.responseCode).meaning,
  }
}

const REVERSALS = {
  voided: 'The sale was voided; the authorisation was reversed.',
  superseded: 'Another card took the place of this one; the authorisation was reversed.',
  unclaimed: 'No device claimed the authorisation in time; it was reversed.',
  found_reversed: 'The acquirer has taken the authorisation back.',
  no_answer: 'The issuer gave no answer; the request was reversed.',
} as const

function outcomeOf(attempt: Attempt) {
  if (attempt.state === 'approved') {
    return {
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'not_assessed',
      seller_message: 'Payment complete.',
      type: 'authorized',
    }
  }
  if (!isFinalDecline(attempt)) return null
  const fact = responseCode(attempt.responseCode)
  return {
    network_status: 'declined_by_network',
    reason: declineCode(attempt.responseCode),
    network_decline_code: attempt.responseCode,
    risk_level: 'not_assessed',
    seller_message: fact.meaning,
    type: fact.who === 'issuer' ? 'issuer_declined' : 'invalid',
  }
}

function paymentMethodDetails(
  row: PaymentView['row'],
  attempt: Attempt,
  detail: AttemptDetails,
  held: { readonly authorisedMinor: number | null; readonly isIncrementable: boolean },
) {
  const { card } = detail
  const shared = {
    brand: card.brand,
    cardholder_name: null,
    country: null,
    emv_auth_data: null,
    exp_month: card.expMonth,
    exp_year: card.expYear,
    fingerprint: card.fingerprint,
    funding: 'unknown',
    generated_card: null,
    last4: card.last4,
    network: card.brand === 'unknown' ? null : card.brand,
    preferred_locales: null,
    read_method: READ_METHODS[card.entryMode],
    receipt: receiptOf(attempt, detail),
  }
  if (card.brand === 'interac') return { type: 'interac_present', interac_present: shared }
  const cardPresent = {
    ...shared,
    amount_authorized: held.authorisedMinor,
    brand_product: null,
    incremental_authorization_supported: held.isIncrementable,
    location: row.location,
    network_transaction_id: null,
    offline: offlineOf(row),
    overcapture_supported: false,
    reader: row.reader,
  }
  return { type: 'card_present', card_present: cardPresent }
}

/** Stripe knows one type; what the card itself approved, or a voice did, was stored but not deferred. */
function offlineOf(row: PaymentView['row']): { stored_at: number; type: 'deferred' | null } | null {
  if (row.storedMs === null) return null
  const { word } = row.story
  const isDeferred = word.said !== 'accepted' || (word.via === 'offline' && word.kind === 'deferred')
  return { stored_at: Math.floor(row.storedMs / 1_000), type: isDeferred ? 'deferred' : null }
}

function receiptOf(attempt: Attempt, { card, receipt }: AttemptDetails) {
  if (receipt === null) return null
  return {
    account_type: 'unknown',
    application_cryptogram: receipt.applicationCryptogram,
    application_preferred_name: receipt.applicationPreferredName,
    authorization_code: attempt.state === 'approved' ? attempt.approvalCode : null,
    authorization_response_code: receipt.authorisationResponseCode,
    cardholder_verification_method: VERIFICATIONS[card.cvm],
    dedicated_file_name: card.aid,
    terminal_verification_results: receipt.terminalVerificationResults,
    transaction_status_information: receipt.transactionStatusInformation,
  }
}

const READ_METHODS = {
  contact: 'contact_emv',
  contactless: 'contactless_emv',
  magnetic_stripe: 'magnetic_stripe_track2',
  keyed: null,
} as const satisfies Record<CardFacts['entryMode'], string | null>

const VERIFICATIONS = {
  none: 'none',
  offline_pin: 'offline_pin',
  online_pin: 'online_pin',
  signature: 'signature',
  device: 'approval',
} as const satisfies Record<CardFacts['cvm'], string>
