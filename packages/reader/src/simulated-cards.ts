import type { CardBrand, CardholderVerification } from '@holdfast/core'
import type { ReadFailure } from '@holdfast/protocol'

/** Published test numbers only: none of them was ever issued to anybody. */
export interface SimulatedCard {
  readonly pan: string
  /** YYMM. */
  readonly expiry: string
  readonly brand: CardBrand
  readonly behaviour: CardBehaviour
}

/** What the card does when it meets the reader. */
export type CardBehaviour =
  /** Asks the issuer; if that is not possible, the second GENERATE AC gives `unable` (TC with Y3 or AAC with Z3). */
  | {
      readonly kind: 'contact'
      readonly application: Application
      readonly cvm: CardholderVerification
      readonly first: 'ARQC'
      readonly unable: 'TC' | 'AAC'
    }
  /** Combined data authentication fails, so the terminal asks for an AAC at once (Z1). */
  | {
      readonly kind: 'cda_broken'
      readonly application: Application
      readonly cvm: CardholderVerification
      readonly first: 'AAC'
    }
  /** One tap, one GENERATE AC. */
  | {
      readonly kind: 'contactless'
      readonly application: Application
      readonly cvm: CardholderVerification
      readonly first: 'ARQC'
    }
  /** `trackTail`: service code and discretionary data behind the expiry on track 2. */
  | { readonly kind: 'stripe'; readonly trackTail: string }
  | { readonly kind: 'failing'; readonly code: ReadFailure }

/** An application on the chip; AIDs and labels as the schemes publish them. */
export interface Application {
  readonly aid: string
  readonly label: string
  /** Tag 9F09, hexadecimal. */
  readonly version: string
}

const VISA: Application = { aid: 'A0000000031010', label: 'VISA CREDIT', version: '0096' }
const MASTERCARD: Application = { aid: 'A0000000041010', label: 'Mastercard', version: '0002' }
const AMEX: Application = { aid: 'A00000002501', label: 'AMERICAN EXPRESS', version: '0001' }
const CB: Application = { aid: 'A0000000421010', label: 'CB', version: '0096' }
const INTERAC: Application = { aid: 'A0000002771010', label: 'INTERAC', version: '0001' }

/**
 * The cards by name. Issuers tell the `declined_*` and `stolen_43` apart by their numbers; in the reader they are
 * ordinary cards. `cb_visa` bears both brands and gives Cartes Bancaires the first priority.
 */
export const simulatedCards = {
  visa: visa('4242424242424242', contact(VISA)),
  mastercard: card('5555555555554444', 'mastercard', contact(MASTERCARD)),
  amex: card('378282246310005', 'amex', contact(AMEX, { cvm: 'signature' })),
  cb_visa: card('4035501000000008', 'cartes_bancaires', contact(CB)),
  interac: card('4506445006931933', 'interac', contact(INTERAC)),
  declined_05: visa('4000000000000002', contact(VISA)),
  declined_51: visa('4000000000009995', contact(VISA)),
  declined_late_51: visa('4000000000000341', contact(VISA)),
  stolen_43: visa('4000000000009979', contact(VISA)),
  offline_approving: card('5200828282828210', 'mastercard', contact(MASTERCARD, { unable: 'TC' })),
  contactless_visa: visa('4000056655665556', contactless(VISA, 'none')),
  eea_contactless_pin: visa('4000003720000278', contactless(VISA, 'online_pin')),
  expired: { ...visa('4000000000000069', contact(VISA)), expiry: '2001' },
  blocked: visa('4000000000000119', failing('card_blocked')),
  pin_wrong: visa('4000000000000127', failing('card_pin_wrong')),
  removed: visa('4000000000003220', failing('card_removed')),
  magstripe: card('6011111111111117', 'discover', { kind: 'stripe', trackTail: '1012718281828' }),
  cda_broken: card('5105105105105100', 'mastercard', {
    kind: 'cda_broken',
    application: MASTERCARD,
    cvm: 'offline_pin',
    first: 'AAC',
  }),
} as const satisfies Record<string, SimulatedCard>

export type CardName = keyof typeof simulatedCards

export const cardNames = Object.keys(simulatedCards) as readonly CardName[]

/** The card's name, from itself or from its published test number (spaces allowed); null for any other text. */
export function cardNamed(nameOrNumber: string): CardName | null {
  const number = nameOrNumber.replaceAll(' ', '')
  return cardNames.find((name) => name === nameOrNumber || simulatedCards[name].pan === number) ?? null
}

function visa(pan: string, behaviour: CardBehaviour): SimulatedCard {
  return card(pan, 'visa', behaviour)
}

function card(pan: string, brand: CardBrand, behaviour: CardBehaviour): SimulatedCard {
  return { pan, expiry: '3012', brand, behaviour }
}

function contact(
  application: Application,
  traits: { cvm?: CardholderVerification; unable?: 'TC' | 'AAC' } = {},
): CardBehaviour {
  const { cvm = 'offline_pin', unable = 'AAC' } = traits
  return { kind: 'contact', application, cvm, first: 'ARQC', unable }
}

function contactless(application: Application, cvm: CardholderVerification): CardBehaviour {
  return { kind: 'contactless', application, cvm, first: 'ARQC' }
}

function failing(code: ReadFailure): CardBehaviour {
  return { kind: 'failing', code }
}
