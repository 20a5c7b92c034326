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
  visa: visa('424242', '424242424', contact(VISA)),
  mastercard: card('555555', '555555444', 'mastercard', contact(MASTERCARD)),
  amex: card('378282', '24631000', 'amex', contact(AMEX, { cvm: 'signature' })),
  cb_visa: card('403550', '100000000', 'cartes_bancaires', contact(CB)),
  interac: card('450644', '500693193', 'interac', contact(INTERAC)),
  declined_05: visa('400000', '000000000', contact(VISA)),
  declined_51: visa('400000', '000000999', contact(VISA)),
  declined_late_51: visa('400000', '000000034', contact(VISA)),
  stolen_43: visa('400000', '000000997', contact(VISA)),
  offline_approving: card('520082', '828282821', 'mastercard', contact(MASTERCARD, { unable: 'TC' })),
  prepaid: visa('400000', '000000306', contact(VISA)),
  contactless_visa: visa('400005', '665566555', contactless(VISA, 'none')),
  eea_contactless_pin: visa('400000', '372000027', contactless(VISA, 'online_pin')),
  expired: { ...visa('400000', '000000006', contact(VISA)), expiry: '2001' },
  blocked: visa('400000', '000000011', failing('card_blocked')),
  pin_wrong: visa('400000', '000000012', failing('card_pin_wrong')),
  removed: visa('400000', '000000322', failing('card_removed')),
  magstripe: card('601111', '111111111', 'discover', { kind: 'stripe', trackTail: '1012718281828' }),
  cda_broken: card('510510', '510510510', 'mastercard', {
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

function visa(issuer: string, account: string, behaviour: CardBehaviour): SimulatedCard {
  return card(issuer, account, 'visa', behaviour)
}

/**
 * A number is put together here and stands nowhere as a whole, so that a scan which finds one in a file, a log or a
 * browser's cache of this code has found a leak.
 */
function card(issuer: string, account: string, brand: CardBrand, behaviour: CardBehaviour): SimulatedCard {
  const digits = issuer + account
  return { pan: digits + luhnCheckDigit(digits), expiry: '3012', brand, behaviour }
}

/** ISO/IEC 7812-1 Annex B. */
function luhnCheckDigit(digits: string): string {
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, at) => {
      const value = Number(digit) * (at % 2 === 0 ? 2 : 1)
      return total + (value > 9 ? value - 9 : value)
    }, 0)
  return String((10 - (sum % 10)) % 10)
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
