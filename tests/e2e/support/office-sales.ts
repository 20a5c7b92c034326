import type { OfficeOrder } from './back-office.ts'
import type { ShopSale } from './shop-messages.ts'

/** Sales by their number, for a back end that captures and refunds them. */
export function officeSale(at: number): ShopSale {
  const card = CARDS[at % CARDS.length] ?? 'visa'
  const amountMinor = amountOf(at)
  const isStored = at % 8 === 3 || at % 8 === 7
  return {
    card,
    amountMinor,
    captureMethod: isManual(at) ? 'manual' : 'automatic',
    ...(isStored ? { offlineBehavior: 'force_offline' } : {}),
  }
}

/** What the back end does with it: the whole, a tip above it, a part; all of it back, or two parts, or nothing. */
export function officeOrderOf(at: number, paymentId: string): OfficeOrder {
  const amountMinor = amountOf(at)
  const tipMinor = at % 8 === 1 ? 100 : 0
  const takenMinor = at % 8 === 2 ? amountMinor - 300 : amountMinor + tipMinor
  const refundsMinor = [[], [takenMinor], [200, 150]][at % 3] ?? []
  if (!isManual(at)) return { paymentId, refundsMinor }
  return { paymentId, capture: { amountMinor: takenMinor, tipMinor }, refundsMinor }
}

/** Of eight: two automatic ones at once and stored, the others by hand. */
function isManual(at: number): boolean {
  return at % 8 < 4 || at % 8 === 6
}

function amountOf(at: number): number {
  return 1_000 + at
}

const CARDS = ['visa', 'mastercard', 'amex', 'cb_visa', 'contactless_visa']
