import type { CardFacts, Money, OfflineKind, OfflineNeed, TipChoice } from '@holdfast/core'
import type { ContactDetails, OfflineReason } from '@holdfast/protocol'
import type { CollectResult, ConfirmResult, CreateResult, PaymentIntent } from '@holdfast/sdk'

/**
 * The sale on the screen; the truth is in the journal of the SDK.
 *
 *   none ─▶ (tipping ─▶) opening ─▶ waiting ─▶ deciding ─▶ approved | partly_approved | stored ─▶ none
 *              │          │ ▲       ▲ └────▶ declined | refused
 *              │          │ │       └─▶ asking (a supervisor, a contact, or the bank’s code; the card is kept)
 *              │          │ └── another card ──────┘    │
 *              ▼          ▼                            ▼
 *           refused    closing ◀──────────────────────┘ ─▶ none
 *
 * Between `deciding` and its result nothing may be clicked but "store now": what the bank does with the money is
 * unknown then, and whatever it does is adopted.
 */
export type Sale =
  | { readonly step: 'none' }
  /** The customer chooses what to give on top; nothing is written down yet. */
  | {
      readonly step: 'tipping'
      readonly money: Money
      readonly choices: readonly TipChoice[]
      readonly purpose: SalePurpose
    }
  | { readonly step: 'opening'; readonly money: Money }
  | {
      readonly step: 'waiting'
      readonly money: Money
      readonly intent: PaymentIntent
      /** A card was tried before. */
      readonly again: boolean
    }
  | {
      readonly step: 'deciding'
      readonly money: Money
      readonly intent: PaymentIntent
      readonly card: CardFacts
      /** The gateway has taken it, the bank thinks, and the cashier may store it instead of waiting. */
      readonly mayStoreNow: boolean
      readonly given: Consent
    }
  | ({ readonly step: 'asking'; readonly need: OfflineNeed } & Asking)
  /** The bank is called; without a code of it the sale goes on as `otherwise`. */
  | ({ readonly step: 'asking'; readonly need: 'voice_code'; readonly otherwise: NotTaken } & Asking)
  | {
      readonly step: 'approved'
      readonly money: Money
      readonly paymentId: string
      readonly card: CardFacts
      readonly approvalCode: string
    }
  /** The bank approved a part of `money`; the rest is still to be paid (MC3). */
  | {
      readonly step: 'partly_approved'
      readonly money: Money
      readonly paymentId: string
      readonly card: CardFacts
      readonly approvalCode: string
      readonly approvedMinor: number
      readonly owedMinor: number
    }
  | {
      readonly step: 'stored'
      readonly money: Money
      readonly paymentId: string
      readonly card: CardFacts
      readonly kind: OfflineKind
      readonly why: OfflineReason
    }
  | NotTaken
  | { readonly step: 'closing'; readonly money: Money; readonly intent: PaymentIntent }

/** What the money is for: what the cashier has typed, or an order of an online channel. */
export interface SalePurpose {
  readonly reference?: string
  readonly orderId?: string
}

type NotTaken =
  | {
      readonly step: 'declined'
      readonly money: Money
      readonly intent: PaymentIntent
      readonly card: CardFacts
      readonly responseCode: string
    }
  | {
      readonly step: 'refused'
      readonly money: Money
      /** Null when the sale was never opened: there is nothing to close. */
      readonly intent: PaymentIntent | null
      readonly code: string
    }

interface Asking {
  readonly money: Money
  readonly intent: PaymentIntent
  readonly card: CardFacts
  readonly given: Consent
}

/** What people have added so that this card's payment may be stored. */
export interface Consent {
  readonly approver?: string
  readonly contact?: ContactDetails
  /** What the bank said on the telephone. */
  readonly voiceCode?: string
}

/** On the way to an outcome, or to the end without one. */
export type PayingSale = Extract<Sale, { step: 'opening' | 'waiting' | 'deciding' | 'asking' | 'closing' }>
export type TippingSale = Extract<Sale, { step: 'tipping' }>
export type AskingSale = Extract<Sale, { step: 'asking' }>
export type ConcludedSale = Extract<
  Sale,
  { step: 'approved' | 'partly_approved' | 'stored' | 'declined' | 'refused' }
>

export type SaleEvent =
  | { readonly type: 'tip_asked'; readonly tipping: Omit<TippingSale, 'step'> }
  /** `money` with the tip. */
  | { readonly type: 'paid'; readonly money: Money }
  | { readonly type: 'created'; readonly result: CreateResult }
  | { readonly type: 'collected'; readonly result: CollectResult }
  | { readonly type: 'bank_asked'; readonly mayStore: boolean }
  | { readonly type: 'confirmed'; readonly result: ConfirmResult }
  | { readonly type: 'consented'; readonly consent: Consent }
  | { readonly type: 'no_code' }
  | { readonly type: 'other_card' }
  | { readonly type: 'given_up' }
  | { readonly type: 'closed'; readonly refusal: string | null }
  | { readonly type: 'finished' }
  /** The till itself failed; what the bank did is not known here. */
  | { readonly type: 'broken' }

export const NO_SALE: Sale = { step: 'none' }

/** An event that does not belong to the step changes nothing: a late answer never replaces a newer sale. */
export function advance(sale: Sale, event: SaleEvent): Sale {
  switch (event.type) {
    case 'tip_asked':
      return sale.step === 'none' ? { step: 'tipping', ...event.tipping } : sale
    case 'paid':
      return sale.step === 'none' || sale.step === 'tipping' ? { step: 'opening', money: event.money } : sale
    case 'created':
      return sale.step === 'opening' ? opened(sale.money, event.result) : sale
    case 'collected':
      return sale.step === 'waiting' ? collected(sale, event.result) : sale
    case 'bank_asked':
      return sale.step === 'deciding' ? { ...sale, mayStoreNow: event.mayStore } : sale
    case 'confirmed':
      return sale.step === 'deciding' ? confirmed(sale, event.result) : sale
    case 'consented': {
      if (sale.step !== 'asking') return sale
      const { money, intent, card, given } = sale
      const all = { ...given, ...event.consent }
      return { step: 'deciding', money, intent, card, mayStoreNow: false, given: all }
    }
    case 'no_code':
      return sale.step === 'asking' && sale.need === 'voice_code' ? sale.otherwise : sale
    case 'other_card': {
      if (sale.step !== 'declined' && sale.step !== 'refused') return sale
      const { money, intent } = sale
      return intent === null ? sale : { step: 'waiting', money, intent, again: true }
    }
    case 'given_up':
      return givenUp(sale)
    case 'closed': {
      if (sale.step !== 'closing' || event.refusal === null) return sale.step === 'closing' ? NO_SALE : sale
      return { step: 'refused', money: sale.money, intent: sale.intent, code: event.refusal }
    }
    case 'finished':
      return isAccepted(sale) ? NO_SALE : sale
    case 'broken':
      return broken(sale)
  }
}

export function isPaying(sale: Sale): sale is PayingSale {
  return PAYING_STEPS.has(sale.step)
}

const PAYING_STEPS: ReadonlySet<Sale['step']> = new Set<PayingSale['step']>([
  'opening',
  'waiting',
  'deciding',
  'asking',
  'closing',
])

function isAccepted({ step }: Sale): boolean {
  return step === 'approved' || step === 'partly_approved' || step === 'stored'
}

/** True while the customer and the cashier are in the middle of something that a reload would tear. */
export function isBusy(sale: Sale): sale is Exclude<Sale, { readonly step: 'none' | 'approved' | 'stored' }> {
  return sale.step !== 'none' && sale.step !== 'approved' && sale.step !== 'stored'
}

function opened(money: Money, result: CreateResult): Sale {
  if (result.status === 'refused') return { step: 'refused', money, intent: null, code: result.code }
  return { step: 'waiting', money, intent: result.intent, again: false }
}

function collected(sale: Extract<Sale, { step: 'waiting' }>, result: CollectResult): Sale {
  const { money, intent } = sale
  switch (result.status) {
    case 'collected':
      return { step: 'deciding', money, intent, card: result.card, mayStoreNow: false, given: {} }
    case 'canceled':
      return { step: 'closing', money, intent }
    case 'refused':
      return { step: 'refused', money, intent, code: result.code }
  }
}

function confirmed(sale: Extract<Sale, { step: 'deciding' }>, result: ConfirmResult): Sale {
  const { money, intent, card } = sale
  switch (result.status) {
    case 'approved': {
      const { paymentId, approvalCode, approvedMinor, owedMinor } = result
      const approved = { money, paymentId, card: result.card, approvalCode }
      if (owedMinor === 0) return { step: 'approved', ...approved }
      return { step: 'partly_approved', ...approved, approvedMinor, owedMinor }
    }
    case 'stored': {
      const { paymentId, kind, why } = result
      return { step: 'stored', money, paymentId, card: result.card, kind, why }
    }
    case 'declined': {
      const { responseCode, voicePossible } = result
      const declined = { step: 'declined', money, intent, card, responseCode } as const
      return voicePossible === true ? calling(sale, declined) : declined
    }
    case 'refused': {
      const { code, voicePossible } = result
      if (isNeed(code)) return { step: 'asking', money, intent, card, need: code, given: sale.given }
      const refused = { step: 'refused', money, intent, code } as const
      return voicePossible === true ? calling(sale, refused) : refused
    }
  }
}

function calling(sale: Extract<Sale, { step: 'deciding' }>, otherwise: NotTaken): Sale {
  const { money, intent, card, given } = sale
  return { step: 'asking', need: 'voice_code', money, intent, card, given, otherwise }
}

/** The SDK keeps the card for these, and confirms it again with what was missing. */
function isNeed(code: string): code is OfflineNeed {
  return code === 'offline_approval_required' || code === 'offline_contact_required'
}

function broken(sale: Sale): Sale {
  if (!isBusy(sale)) return sale
  const intent = 'intent' in sale ? sale.intent : null
  return { step: 'refused', money: sale.money, intent, code: 'till_fault' }
}

function givenUp(sale: Sale): Sale {
  if (sale.step === 'tipping' || (sale.step === 'refused' && sale.intent === null)) return NO_SALE
  if (sale.step === 'asking') return { step: 'closing', money: sale.money, intent: sale.intent }
  if ((sale.step === 'declined' || sale.step === 'refused') && sale.intent !== null)
    return { step: 'closing', money: sale.money, intent: sale.intent }
  return sale
}
