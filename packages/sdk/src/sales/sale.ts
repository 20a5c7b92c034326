import type { CardRead, OfflineReason, Reader } from '@holdfast/protocol'
import type { PaymentIntent } from '../terminal-api.ts'
import type { Try } from './attempt-steps.ts'

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
  /** An attempt that was sent and not answered, held back until an approver or a contact is named. */
  waiting: Waiting | null
}

export interface CollectedCard {
  readonly read: CardRead
  readonly reader: Reader
}

interface Waiting {
  readonly attempt: Try
  readonly why: OfflineReason
  readonly conclude: 'deferred' | 'no_answer'
}
