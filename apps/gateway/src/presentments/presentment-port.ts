import type { CardFacts, Currency, Money } from '@holdfast/core'
import type { SendLimits } from '../authoriser/acquirer-port.ts'
import type { BatchSums } from '../batches/batch-row.ts'
import type { VaultedCard } from '../payments/card-vault.ts'

/** What presenting needs of an acquirer. None of it is ever declined; the host takes it, or fails technically. */
export interface PresentmentPort {
  state(): 'up' | 'down'
  /** 0220: the final amount of what was only held. */
  complete(message: CompletionMessage, limits: SendLimits): Promise<PresentmentAnswer>
  /** 0320: one sale of a batch; presents it where the terminal captures, and details it where the host counts otherwise. */
  upload(message: UploadMessage, limits: SendLimits): Promise<PresentmentAnswer>
  /** 0500: does the host count as we do? */
  reconcile(message: ReconciliationMessage, limits: SendLimits): Promise<ReconciliationAnswer>
}

export type PresentmentAnswer =
  | { readonly kind: 'accepted'; readonly responseCode: string }
  | { readonly kind: 'refused'; readonly responseCode: string }
  /** Certain that no byte left. */
  | { readonly kind: 'not_sent' }
  | { readonly kind: 'no_answer' }

export type ReconciliationAnswer =
  | { readonly kind: 'in_balance' | 'out_of_balance' }
  | Exclude<PresentmentAnswer, { readonly kind: 'accepted' }>

export interface ReconciliationMessage {
  readonly repeat: boolean
  readonly terminalId: string
  readonly stan: string
  readonly transmittedAtMs: number
  readonly currency: Currency
  readonly batchNumber: string
  readonly totals: BatchSums
}

export interface UploadMessage extends CompletionMessage {
  readonly batchNumber: string
}

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
