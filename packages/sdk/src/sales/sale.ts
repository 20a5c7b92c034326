import type { CardRead, CompleteResult, OfflineReason, Reader } from '@holdfast/protocol'
import type { PaymentIntent } from './payment-intent.ts'
import type { Asked, Try } from './attempt-steps.ts'

/** A sale in hand, in memory only: what is durable of it stands in the journal. */
export interface Sale {
  readonly intent: PaymentIntent
  readonly operator: string | null
  /** One step at a time; a double tap finds the first one running. */
  step: 'collect' | 'confirm' | 'cancel' | null
  /** A card that was read and not yet confirmed, with the reader that still holds it. */
  card: CollectedCard | null
  /** Fingerprints of cards that the issuer declined in this sale: none of them is stored over. */
  readonly declined: Set<string>
  /** Fingerprints of cards whose issuer wants to be called: stored with its code, or not at all. */
  readonly referred: Set<string>
  /** What is held back until an approver, a contact or the code of a voice approval is named. */
  waiting: Waiting | null
}

export interface CollectedCard {
  readonly read: CardRead
  readonly reader: Reader
}

export interface Waiting {
  readonly attempt: Try
  readonly why: OfflineReason
  /** Null when no attempt was sent that is still undecided. */
  readonly asked: Asked | null
  /** What the card answered at its end; null while it waits in the reader for that. */
  readonly completed: CompleteResult | null
}
