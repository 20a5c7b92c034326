import type { Shop } from './shop.ts'
import type { ShopSale, ShopSold } from './shop-messages.ts'

/** Payments of every kind that a day has, by their number. */
export function mixedSale(at: number): ShopSale {
  const amountMinor = 1_000 + at
  const card = CARDS[(at + Math.floor(at / 12)) % CARDS.length] ?? 'visa'
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

/** All tills at once, each one sale after the other. */
export function sellMixed(shop: Shop, from: number, count: number): Promise<ShopSold[]> {
  return sellBy(shop, from, (at) => at < from + count)
}

/** The same until it is enough. */
export function sellWhile(shop: Shop, more: () => boolean): Promise<ShopSold[]> {
  return sellBy(shop, 0, more)
}

async function sellBy(shop: Shop, from: number, more: (at: number) => boolean): Promise<ShopSold[]> {
  const sold: ShopSold[] = []
  let next = from
  await Promise.all(
    shop.tills.map(async (till) => {
      while (more(next)) {
        const at = next
        next += 1
        sold.push(await shop.sell(till, mixedSale(at)))
      }
    }),
  )
  return sold
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

const CARDS = ['visa', 'mastercard', 'amex', 'cb_visa', 'contactless_visa', 'offline_approving']
