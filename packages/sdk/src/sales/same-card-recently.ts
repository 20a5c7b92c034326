import type { Money } from '@holdfast/core'
import type { Device } from '../device.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { RECENT_SALE_MS, RECENT_SALES_READ_MAX } from '../limits.ts'

/**
 * The payment of this device that took the same amount from the same card minutes ago, if there is one: the till asks
 * before it takes what looks like the same sale keyed again (MC2). What was declined or taken back does not count.
 */
export async function sameCardRecently(
  { deps, journal }: Device,
  { fingerprint, money }: { readonly fingerprint: string; readonly money: Money },
): Promise<StoredPayment | null> {
  const { nowMs } = journal.state.time
  const newest = await deps.store.payments({ limit: RECENT_SALES_READ_MAX })
  const same = newest.find(
    (payment) =>
      'card' in payment &&
      payment.state !== 'FAILED_TO_PROCESS' &&
      payment.card.fingerprint === fingerprint &&
      payment.money.amountMinor === money.amountMinor &&
      payment.money.currency === money.currency &&
      nowMs - payment.acceptedMs <= RECENT_SALE_MS,
  )
  return same ?? null
}
