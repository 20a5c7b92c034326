import type { Shop } from './shop.ts'
import type { ShopSale, ShopSold } from './shop-messages.ts'

/** Payments of every kind that a day has, by their number. */
export function mixedSale(at: number): ShopSale {
  const amountMinor = 1_000 + at
  const card = cardOf(at)
  const stored = { offlineBehavior: 'force_offline', amountMinor } as const
  switch (at % 12) {
    case 0:
    case 1:
    case 2:
      return { card, amountMinor }
    case 3:
    case 4:
      return { card, ...stored }
    case 5:
      return { card: 'declined_05', amountMinor }
    case 6:
      return { card: 'declined_late_51', ...stored }
    case 7:
      return { card, amountMinor, takenBack: 'before_asking' }
    case 8:
      return { card, amountMinor, takenBack: 'accepted' }
    case 9:
      return { card, ...stored, takenBack: 'accepted' }
    case 10:
      return { card: 'declined_51', secondCard: card, amountMinor }
    default:
      return { card, amountMinor, captureMethod: 'manual', ...(at % 24 < 12 ? {} : stored) }
  }
}

/** Mostly at the issuer, and much of it taken back: what a link has to repeat and to reverse. */
export function linkSale(at: number): ShopSale {
  const amountMinor = 1_000 + at
  const card = cardOf(at)
  switch (at % 8) {
    case 0:
    case 1:
      return { card, amountMinor }
    case 2:
      return { card, amountMinor, takenBack: 'accepted' }
    case 3:
      return { card, amountMinor, offlineBehavior: 'require_online' }
    case 4:
      return { card: 'declined_05', amountMinor }
    case 5:
      return { card: 'declined_51', secondCard: card, amountMinor }
    default:
      return { card, amountMinor, takenBack: 'later' }
  }
}

/** All tills at once, each one sale after the other. */
export function sellMixed(shop: Shop, from: number, count: number): Promise<ShopSold[]> {
  return sellBy(shop, { from, more: (at) => at < from + count, saleOf: mixedSale })
}

/** The same until it is enough. */
export function sellWhile(shop: Shop, more: () => boolean, saleOf = mixedSale): Promise<ShopSold[]> {
  return sellBy(shop, { from: 0, more, saleOf })
}

async function sellBy(
  shop: Shop,
  order: {
    readonly from: number
    readonly more: (at: number) => boolean
    readonly saleOf: (at: number) => ShopSale
  },
): Promise<ShopSold[]> {
  const sold: ShopSold[] = []
  let next = order.from
  await Promise.all(
    shop.tills.map(async (till) => {
      while (order.more(next)) {
        const at = next
        next += 1
        sold.push(await shop.sell(till, order.saleOf(at)))
      }
    }),
  )
  return sold
}

/** Accepted at the counter and not taken back: what has to be authorised or declined in the end. */
export function standingOf(sold: readonly ShopSold[]): ShopSold[] {
  return sold.filter(({ result, voided }) => (result === 'approved' || result === 'stored') && !voided)
}

/** By what the screens showed. */
export function countSold(sold: readonly ShopSold[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { result, voided } of sold) {
    const name = voided ? `${result}, voided` : result
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

function cardOf(at: number): string {
  return CARDS[(at + Math.floor(at / 12)) % CARDS.length] ?? 'visa'
}

const CARDS = ['visa', 'mastercard', 'amex', 'cb_visa', 'contactless_visa', 'offline_approving']
