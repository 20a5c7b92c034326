import type { CardRead, Reader } from '@holdfast/protocol'
import type { PaymentIntent } from '../terminal-api.ts'

/** A sale in hand, in memory only: what is durable of it stands in the journal. */
export interface Sale {
  readonly intent: PaymentIntent
  readonly operator: string | null
  /** One step at a time; a double tap finds the first one running. */
  step: 'collect' | 'confirm' | 'cancel' | null
  /** A card that was read and not yet confirmed, with the reader that still holds it. */
  card: { readonly read: CardRead; readonly reader: Reader } | null
  /** Fingerprints of cards that the issuer declined in this sale: none of them is stored over. */
  readonly declined: Set<string>
}
