/** How the issuer of one test card answers: now, or when the sale was stored and comes later. */
export type TestCard = {
  readonly name: string
  readonly pan: string
  /** DE39 for a sale asked at once. */
  readonly online: string
  /** DE39 for a sale with the deferred mark. */
  readonly deferred: string
  /** On its account in each currency, minor units; absent: without limit. */
  readonly openingMinor?: number
  /** Approves what is left where it is less than what was asked. */
  readonly partialApprovals?: true
}

/**
 * The cards by the names of the public contract. What goes wrong at the reader (`pin_wrong`, `removed`,
 * `cda_broken`) is no matter of the issuer: a request that still gets here is approved.
 */
export const TEST_CARDS: readonly TestCard[] = [
  always('visa', '4242424242424242', '00'),
  always('mastercard', '5555555555554444', '00'),
  always('amex', '378282246310005', '00'),
  always('cb_visa', '4035501000000008', '00'),
  // Interac debit exists online only: a stored one must never be paid, whoever let it through.
  { name: 'interac', pan: '4506445006931933', online: '00', deferred: '57' },
  always('declined_05', '4000000000000002', '05'),
  always('declined_51', '4000000000009995', '51'),
  { name: 'declined_late_51', pan: '4000000000000341', online: '00', deferred: '51' },
  always('stolen_43', '4000000000009979', '43'),
  always('offline_approving', '5200828282828210', '00'),
  always('contactless_visa', '4000056655665556', '00'),
  always('eea_contactless_pin', '4000003720000278', '00'),
  always('expired', '4000000000000069', '54'),
  always('blocked', '4000000000000119', '62'),
  always('pin_wrong', '4000000000000127', '00'),
  always('removed', '4000000000003220', '00'),
  always('magstripe', '6011111111111117', '00'),
  always('cda_broken', '5105105105105100', '00'),
  { ...always('prepaid', '4000000000003063', '00'), openingMinor: 5_000, partialApprovals: true },
]

export function cardByPan(pan: string): TestCard | undefined {
  return BY_PAN.get(pan)
}

/** DE39 of the issuer: an unknown number is approved if it can be a card number at all. */
export function issuerDecision(pan: string, deferred: boolean): string {
  const card = cardByPan(pan)
  if (card !== undefined) return deferred ? card.deferred : card.online
  return isLuhnValid(pan) ? '00' : '14'
}

export function isLuhnValid(pan: string): boolean {
  let sum = 0
  for (let index = 0; index < pan.length; index += 1) {
    const digit = Number(pan.charAt(pan.length - 1 - index))
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return pan.length >= 12 && sum % 10 === 0
}

const BY_PAN = new Map(TEST_CARDS.map((card) => [card.pan, card]))

function always(name: string, pan: string, responseCode: string): TestCard {
  return { name, pan, online: responseCode, deferred: responseCode }
}
