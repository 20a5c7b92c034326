import { type CardUse, currencies } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import * as z from 'zod'
import type { JournalStore } from '../journal/journal-store.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { CARD_USE_BUCKETS, CARD_USES_KEPT_MAX, CARD_USES_READ_MAX } from '../limits.ts'

/**
 * Which payments were stored with which card, by its keyed fingerprint. Kept in many small values of the journal, so
 * that one more payment costs the same at 10 and at 100,000 stored; written in the commit of the acceptance and read
 * under the same head, so two tabs cannot pass a limit together. Only ids are kept here: what became of a payment is
 * looked up, so an outcome or a void needs no second write.
 */
const cardUses = z.array(
  z.object({
    fingerprint: z.string(),
    payment: z.string(),
    money: z.object({ amountMinor: z.int(), currency: z.enum(currencies) }),
    atMs: z.int(),
  }),
)
type KeptUse = z.infer<typeof cardUses>[number]

export interface CardUses {
  /** What counts against the limits of this card. */
  readonly uses: readonly CardUse[]
  /** The journal's values when this payment is added. */
  readonly add: (use: Omit<KeptUse, 'fingerprint'>, windowMs: number) => Record<string, string>
}

export async function loadCardUses(
  store: Pick<JournalStore, 'value' | 'payment'>,
  fingerprint: string,
): Promise<CardUses> {
  const name = `card-uses/${bucketOf(fingerprint)}`
  const text = await store.value(name)
  // An unreadable value must not hold up sales: the limits per card then begin anew, all others stand.
  const parsed = cardUses.safeParse(text === null ? [] : parseJson(text))
  const kept = parsed.success ? parsed.data : []
  const uses: KeptUse[] = []
  const ofCard = kept.filter((use) => use.fingerprint === fingerprint)
  for (const use of ofCard.slice(-CARD_USES_READ_MAX)) {
    if (counts(await store.payment(use.payment))) uses.push(use)
  }
  return {
    uses,
    add(use, windowMs) {
      const next = kept.filter((old) => old.fingerprint !== fingerprint || uses.includes(old))
      // By count first: a clock that was wrong for a while must not have dropped what still counts.
      const room = CARD_USES_KEPT_MAX - 1
      const within = next.length <= room ? next : next.filter(({ atMs }) => use.atMs - atMs < windowMs)
      return { [name]: JSON.stringify([...within, { fingerprint, ...use }]) }
    },
  }
}

/** A void takes a use back and so does the issuer's approval; a decline does not. */
function counts(payment: StoredPayment | null): boolean {
  return payment !== null && payment.state !== 'VOIDED' && payment.state !== 'PROCESSED'
}

/** FNV-1a, 32 bits: it only has to spread. */
function bucketOf(fingerprint: string): number {
  let hash = 0x811c9dc5
  for (const character of fingerprint) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return (hash >>> 0) % CARD_USE_BUCKETS
}
