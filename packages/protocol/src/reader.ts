import type { CardFacts, CryptogramType, EntryMode, Money } from '@holdfast/core'
import type { ReceiptTags } from './card-facts.ts'
import type { SealContext } from './sealed-block.ts'

/**
 * The two-phase reader, as EMV works: `begin` runs to the first GENERATE AC, `complete` to the end. Masked facts and a
 * sealed block come out; nothing else of the card ever leaves. A magnetic-stripe or contactless read has only the
 * first cryptogram and `complete` merely closes it.
 */
export interface Reader {
  readonly info: ReaderInfo
  /** Waits for a card. Never throws for what a card or a customer does. */
  begin(request: ReadRequest): Promise<BeginResult>
  /** Ends the card's session. Must be called once after every `read` result; a second call answers the same. */
  complete(readId: string, answer: OnlineAnswer): Promise<CompleteResult>
  /** Gives up waiting; a pending `begin` ends as `canceled`. */
  cancel(): void
}

export interface ReaderInfo {
  readonly readerId: string
  readonly model: string
  readonly serialNumber: string
  readonly offlineCapable: boolean
  readonly entryModes: readonly EntryMode[]
}

export interface ReadRequest {
  readonly readId: string
  readonly money: Money
  readonly context: SealContext
  /** Where to seal to: the gateway's X25519 key of the lease. */
  readonly sealKey: { readonly keyId: string; readonly publicKey: string }
  /** Device time of the sale in Unix milliseconds and its zone, for tags 9A and 9F21. */
  readonly nowMs: number
  readonly utcOffsetMin: number
  /** What the reader is armed for; absent: all that it can read. Anything else it leaves unread. */
  readonly entryModes?: readonly EntryMode[]
}

export type BeginResult =
  | { readonly status: 'read'; readonly read: CardRead }
  | { readonly status: 'canceled' }
  | { readonly status: 'failed'; readonly code: ReadFailure }

/** Codes of the error table. */
export type ReadFailure =
  | 'card_removed'
  | 'card_blocked'
  | 'card_unreadable'
  | 'card_pin_wrong'
  | 'reader_busy'
  | 'entry_mode_not_offered'

/** Everything that leaves the reader of one card. */
export interface CardRead {
  readonly readId: string
  readonly cryptogram: CryptogramType
  readonly facts: CardFacts
  readonly receipt: ReceiptTags
  /** SHA-256 of the application cryptogram, hexadecimal. */
  readonly cryptogramSha256: string
  /** The sealed block as the exact text that is hashed and sent. */
  readonly sealed: string
}

export type OnlineAnswer =
  | { readonly online: 'answered'; readonly responseCode: string }
  | { readonly online: 'unable' }

export interface CompleteResult {
  /** The second GENERATE AC; null where there is none. */
  readonly cryptogram: CryptogramType | null
  readonly receipt: ReceiptTags
}
