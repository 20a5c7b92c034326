import { type CardFacts, type EntryMode, toBase64Url } from '@holdfast/core'
import { utf8 } from '@holdfast/envelope'
import type { ReaderWorld } from './read-card.ts'
import type { CardBehaviour, SimulatedCard } from './simulated-cards.ts'

/** What may be known of the card outside the reader. */
export async function maskedFacts(
  world: Pick<ReaderWorld, 'crypto' | 'fingerprintKey'>,
  card: SimulatedCard,
  behaviour: Exclude<CardBehaviour, { kind: 'failing' }>,
): Promise<CardFacts> {
  const chip = behaviour.kind === 'stripe' ? null : behaviour
  const digest = await world.crypto.hmacSha256(world.fingerprintKey, utf8(card.pan))
  return {
    brand: card.brand,
    last4: card.pan.slice(-4),
    bin: card.pan.slice(0, card.pan.length >= 16 ? 8 : 6),
    expMonth: Number(card.expiry.slice(2)),
    expYear: 2000 + Number(card.expiry.slice(0, 2)),
    entryMode: entryModeOf(behaviour),
    cvm: chip?.cvm ?? 'signature',
    aid: chip?.application.aid ?? '',
    applicationLabel: chip?.application.label ?? '',
    fingerprint: toBase64Url(digest.slice(0, 16)),
  }
}

export function entryModeOf({ kind }: Exclude<CardBehaviour, { kind: 'failing' }>): EntryMode {
  return ENTRY_MODES[kind]
}

const ENTRY_MODES = {
  contact: 'contact',
  cda_broken: 'contact',
  contactless: 'contactless',
  stripe: 'magnetic_stripe',
} as const satisfies Record<string, EntryMode>
