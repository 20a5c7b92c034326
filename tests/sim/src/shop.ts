import type { Money } from '@holdfast/core'
import type { CardName } from '@holdfast/reader'

/** What a cashier was last told about a payment. Only what was shown is a promise. */
export type Shown = 'approved' | 'stored' | 'declined' | 'refused' | 'voided'

/** One customer with one basket; several payments may be tried for it. */
export interface Order {
  readonly reference: string
  readonly money: Money
  readonly payments: string[]
  /** The cashier's memory of how it ended. */
  end: 'paid_by_card' | 'paid_otherwise' | 'left' | null
}

/** What people know: it outlives every program. */
export interface Shop {
  readonly orders: Order[]
  readonly shown: Map<string, Shown>
  /** A void was asked for and its answer not seen yet: either word may hold. */
  readonly voidAsked: Set<string>
  /** By till: the order in hand. */
  readonly inHand: Map<string, Order>
}

export function createShop(): Shop {
  return { orders: [], shown: new Map(), voidAsked: new Set(), inHand: new Map() }
}

/** Cards with how often they come. */
export const CUSTOMERS_CARDS: readonly (readonly [CardName, number])[] = [
  ['visa', 10],
  ['mastercard', 8],
  ['amex', 2],
  ['cb_visa', 4],
  ['contactless_visa', 8],
  ['offline_approving', 6],
  ['declined_51', 4],
  ['declined_late_51', 6],
  ['stolen_43', 1],
  ['interac', 2],
  ['eea_contactless_pin', 2],
  ['magstripe', 1],
  ['expired', 1],
  ['removed', 1],
  ['blocked', 1],
  ['cda_broken', 2],
]
