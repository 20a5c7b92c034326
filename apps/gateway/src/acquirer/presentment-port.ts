import type { CardFacts, Currency, Money } from '@holdfast/core'
import type { CardSecrets } from '@holdfast/protocol'
import type { MessageIdentity, SendLimits } from './acquirer-port.ts'

/** What presenting needs of an acquirer. What is told is taken, or fails technically; a refund is asked, and may be declined. */
export interface PresentmentPort {
  state(): 'up' | 'down'
  /** 0220: the final amount of what was only held. */
  complete(message: CompletionMessage, limits: SendLimits): Promise<PresentmentAnswer>
  /** 0320: one sale of a batch; presents it where the terminal captures, and details it where the host counts otherwise. */
  upload(message: UploadMessage, limits: SendLimits): Promise<PresentmentAnswer>
  /** 0200 with processing code 20: money back to a card, paid by being approved. */
  refund(message: RefundMessage, limits: SendLimits): Promise<RefundAnswer>
  /** 0320 of a refund; presents it where the terminal captures, and details it where the host counts otherwise. */
  uploadRefund(message: RefundUploadMessage, limits: SendLimits): Promise<RefundAnswer>
  /** 0400 or 0420: takes a refund back that may have been paid. */
  takeBack(message: RefundReversalMessage, limits: SendLimits): Promise<'taken_back' | 'no_answer'>
  /** 0500: does the host count as we do? */
  reconcile(message: ReconciliationMessage, limits: SendLimits): Promise<ReconciliationAnswer>
}

export type PresentmentAnswer =
  | { readonly kind: 'accepted'; readonly responseCode: string }
  | { readonly kind: 'refused'; readonly responseCode: string }
  /** Certain that no byte left. */
  | { readonly kind: 'not_sent' }
  | { readonly kind: 'no_answer' }

export type RefundAnswer =
  | { readonly kind: 'accepted'; readonly responseCode: string }
  | { readonly kind: 'declined'; readonly responseCode: string }
  /** Nobody decided: it may be asked again as a message of its own, first after so long. */
  | { readonly kind: 'undecided'; readonly responseCode: string; readonly afterMs: number }
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
  readonly card: KeptCard
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

/** A refund by its own identity: the same in every repeat, and another one in a new presentation. */
export interface RefundMessage extends MessageIdentity {
  readonly card: KeptCard
  /** Retrieval reference of the sale that it gives money of back; null without one. */
  readonly saleRrn: string | null
}

export interface RefundUploadMessage extends RefundMessage {
  readonly batchNumber: string
  /** Under which message the host knows it, or is to know it from now on. */
  readonly original: {
    readonly mti: '0200' | '0320'
    readonly stan: string
    readonly transmittedAtMs: number
  }
}

export interface RefundReversalMessage extends MessageIdentity {
  readonly original: { readonly stan: string; readonly transmittedAtMs: number }
}

/** What is known of a card long after its sale: never its track, its chip data or a PIN. */
type KeptCard = Pick<CardSecrets, 'pan' | 'expiry'>

/** Counts and minor units; debits are sales, credits refunds. */
export interface BatchSums {
  readonly debits: number
  readonly debitsMinor: number
  readonly credits: number
  readonly creditsMinor: number
}
