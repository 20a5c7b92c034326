import type { CardFacts, Money } from '@holdfast/core'
import type { SendLimits } from '../authoriser/acquirer-port.ts'
import type { VaultedCard } from '../payments/card-vault.ts'

/** What presenting needs of an acquirer. None of it is ever declined; the host takes it, or fails technically. */
export interface PresentmentPort {
  state(): 'up' | 'down'
  /** 0220: the final amount of what was only held. */
  complete(message: CompletionMessage, limits: SendLimits): Promise<PresentmentAnswer>
}

export type PresentmentAnswer =
  | { readonly kind: 'accepted'; readonly responseCode: string }
  | { readonly kind: 'refused'; readonly responseCode: string }
  /** Certain that no byte left. */
  | { readonly kind: 'not_sent' }
  | { readonly kind: 'no_answer' }

export interface CompletionMessage {
  readonly repeat: boolean
  readonly terminalId: string
  readonly stan: string
  readonly transmittedAtMs: number
  readonly money: Money
  readonly card: VaultedCard
  readonly entryMode: CardFacts['entryMode']
  readonly approvalCode: string
  readonly original: OriginalSale
}

/** The sale as its own message named it; the host finds it by this. */
interface OriginalSale {
  readonly rrn: string
  readonly stan: string
  readonly transmittedAtMs: number
  readonly saleMs: number
  readonly utcOffsetMin: number
  readonly responseCode: string
  readonly advice: boolean
  readonly holds: boolean
}
