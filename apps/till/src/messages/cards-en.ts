import type { CardName } from '@holdfast/reader'

export interface CardText {
  readonly name: string
  /** What it does, for whoever plays the customer. */
  readonly does: string
}

export const cardsEn: Readonly<Record<CardName, CardText>> = {
  visa: { name: 'Visa', does: 'Chip and PIN; approved' },
  mastercard: { name: 'Mastercard', does: 'Chip and PIN; approved' },
  amex: { name: 'American Express', does: 'Chip and signature; approved' },
  cb_visa: { name: 'CB / Visa', does: 'Two brands on one card; approved' },
  interac: { name: 'Interac', does: 'Debit; approved' },
  contactless_visa: { name: 'Visa contactless', does: 'Tapped, no PIN; approved' },
  declined_05: { name: 'Declined 05', does: 'The bank refuses without a reason' },
  declined_51: { name: 'Declined 51', does: 'Not enough money' },
  declined_late_51: { name: 'Declined later', does: 'Stored offline, refused when sent' },
  offline_approving: { name: 'Offline approver', does: 'Says yes by itself without connection' },
  prepaid: { name: 'Prepaid', does: 'Has 50.00 on it; the bank approves what is left' },
  stolen_43: { name: 'Stolen 43', does: 'Reported stolen' },
  eea_contactless_pin: { name: 'Contactless with PIN', does: 'PIN for the bank; cannot be stored' },
  expired: { name: 'Expired', does: 'Past its date' },
  blocked: { name: 'Blocked', does: 'The chip is blocked' },
  pin_wrong: { name: 'Wrong PIN', does: 'The customer mistypes' },
  removed: { name: 'Pulled out', does: 'Removed too early' },
  magstripe: { name: 'Magnetic stripe', does: 'Swiped, no chip' },
  cda_broken: { name: 'Forged chip', does: 'Fails its authenticity check' },
}
