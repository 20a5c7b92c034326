import { type ErrorEntry, refusal } from './error-entry.ts'

/** What becomes of records: in the journal on its disk, carried to another device, and at intake. */
export const recordErrors = {
  // The journal, its disk, and what is carried to another device.
  journal_full: refusal(
    'The disk of this device is full. Nothing more is accepted; what is stored is safe and still sent. Free some space.',
    507,
  ),
  journal_poisoned: refusal(
    'A write to the disk of this device failed. Nothing more is accepted until the app is restarted; what is stored is still sent.',
    507,
  ),
  journal_damaged: refusal(
    'The journal of this device is damaged. Nothing more is accepted; what can be read is still sent and can be exported. Enrol the device anew.',
    507,
  ),
  journal_forked: refusal(
    'This device is a copy, or was restored from an older copy. Nothing more is accepted on it until the gateway releases it or it is enrolled anew.',
    409,
  ),
  device_deauthorised: refusal(
    'This device was signed off. What it stored is still sent. Reset it and enrol it anew to take payments.',
    409,
  ),
  payments_pending: refusal(
    'Payments of this device are not with the gateway yet. Connect it to the internet, or export them and acknowledge their number.',
    409,
  ),
  storage_unavailable: refusal(
    'This browser keeps nothing for this page: a private window, or storage that is blocked. Open the page in a normal window.',
    507,
  ),
  storage_lost: refusal(
    'The browser has lost what this till had stored. Call support before anything else; then set it up anew.',
    507,
  ),
  storage_not_persistent: refusal(
    'This browser may throw away what this page stores, so nothing is taken offline. Install the app or allow it to keep its storage.',
  ),
  export_malformed: refusal('This file is not an export of a payment queue, or it was changed.', 400),
  export_foreign: refusal('This export belongs to another account or mode.', 403),
  record_corrupt: refusal(
    'A stored record was damaged on the disk of its device. It is kept for review, and the others go on.',
    409,
  ),
  record_missing: refusal(
    'A record is missing from the journal of its device. The gap is reported, and the others go on.',
    409,
  ),

  // Intake: why a record is parked.
  device_revoked: refusal('The device was revoked before this record came in. Kept for review.', 409),
  record_malformed: refusal('The record is not a version 1 record.', 400),
  record_version_unknown: refusal(
    'The record has a version that this gateway does not know. Update the gateway.',
    400,
  ),
  record_signature_invalid: refusal('The signature does not fit the record and its device.', 400),
  record_account_foreign: refusal('The record belongs to another account, device or mode.', 403),
  record_sealed_mismatch: refusal('The sealed block is not the one that the record names.', 400),
  record_fork: refusal(
    'Two records continue the same one: a copied or restored device. Kept for review.',
    409,
  ),
  duplicate_suspected: refusal('The payment was already accepted with another card. Kept for review.', 409),
  payment_terms_mismatch: refusal(
    'Amount, currency or sale differ from what the payment was opened with.',
    409,
  ),
  review_rejected: refusal(
    'The payment was looked at by a person and rejected. It will not be paid; ask the customer for another payment.',
    409,
  ),
  deferred_too_old: refusal(
    'The payment came too late: its bank takes no question about a sale this old. Ask the customer for another payment.',
    409,
  ),
  never_decided: refusal(
    'The bank gave no decision, as often as it was asked. Ask the customer for another payment.',
    409,
  ),
  payment_voided: refusal('The payment was voided by its device.', 409),
  attempt_superseded: refusal('A later try of this sale has taken the place of this one.', 409),
  attempt_already_settled: refusal('The attempt has ended.', 409),
} as const satisfies Record<string, ErrorEntry>
