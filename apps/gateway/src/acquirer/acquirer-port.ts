import type { Money } from '@holdfast/core'
import type { CardSecrets } from '@holdfast/protocol'

/** What the authoriser needs of an acquirer: a question, a word and its taking back, each with an answer, a certain no, or an unknown. */
export interface AcquirerPort {
  authorise(message: AuthorisationMessage, limits: SendLimits, onLate?: OnLate): Promise<AcquirerAnswer>
  /** Tells what is done. Answered `approved` when the host has taken it. */
  advise(message: AdviceMessage, limits: SendLimits, onLate?: OnLate): Promise<AcquirerAnswer>
  reverse(message: ReversalMessage, limits: SendLimits): Promise<AcquirerAnswer>
  state(): 'up' | 'down'
}

/** The answer to a message that ended as `no_answer`, at most once: known by terminal, STAN, local time and RRN. */
export type OnLate = (answer: AcquirerAnswer) => void

export interface SendLimits {
  readonly timeoutMs: number
  /** Checked at the socket: nothing leaves later. */
  readonly sendBeforeMs: number
}

export type AcquirerAnswer =
  | {
      readonly kind: 'approved'
      readonly responseCode: string
      readonly approvalCode: string
      readonly amountMinor: number
    }
  | { readonly kind: 'declined'; readonly responseCode: string }
  /** Nobody decided: the same sale may be asked again with a new STAN. */
  | {
      readonly kind: 'retry_later'
      readonly responseCode: string
      /** How often it may be asked again, and how long to wait before the first time. */
      readonly triesMax: number
      readonly afterMs: number
    }
  /** The host cannot take what it was told; it was no decision about the sale. */
  | { readonly kind: 'refused'; readonly responseCode: string }
  /** Certain that no byte left. */
  | { readonly kind: 'not_sent' }
  | { readonly kind: 'no_answer' }
  /**
   * To a reversal: it is done, and whether the host knew what it took back. To a repeat: what was once approved has
   * been taken back.
   */
  | { readonly kind: 'reversed'; readonly wasKnown: boolean }

/** What tells one message from another at the host; the same in every repeat. */
export interface MessageIdentity {
  readonly repeat: boolean
  readonly terminalId: string
  readonly stan: string
  readonly rrn: string
  readonly transmittedAtMs: number
  /** Device time of the sale, shifted by the zone's offset: DE12 and DE13 are never rewritten. */
  readonly saleMs: number
  readonly utcOffsetMin: number
  readonly money: Money
}

export interface AuthorisationMessage extends MessageIdentity {
  readonly card: CardSecrets
  readonly contactless: boolean
  readonly deferred: boolean
  /** Ask to hold the money only, also where the host captures by approving. */
  readonly holds?: boolean
}

export interface AdviceMessage extends MessageIdentity {
  readonly card: CardSecrets
  readonly contactless: boolean
  readonly holds?: boolean
  /** Who decided: the card without being asked to go online (Y1) or unable to (Y3), or the issuer's voice. */
  readonly advised:
    | { readonly kind: 'card_approved'; readonly responseCode: 'Y1' | 'Y3' }
    | { readonly kind: 'voice'; readonly approvalCode: string }
}

export interface ReversalMessage extends MessageIdentity {
  readonly pan: string | null
  readonly approvalCode: string | null
  readonly why: 'customer' | 'no_answer'
  readonly original: {
    readonly advice: boolean
    readonly holds?: boolean
    readonly stan: string
    readonly transmittedAtMs: number
  }
}
