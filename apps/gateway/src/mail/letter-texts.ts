export type Language = 'en' | 'fr' | 'es'

export type LetterFacts = PaymentLetterFacts | WebhookLetterFacts

export interface PaymentLetterFacts {
  readonly kind: 'receipt_stored' | 'receipt' | 'payment_declined'
  readonly shop: string
  readonly location: string
  readonly payment: string
  readonly amountMinor: number
  readonly currency: string
  readonly soldMs: number
  /** Minutes east of UTC where it was sold. */
  readonly utcOffsetMin: number
  /** Brand and last four digits; null when no card was read. */
  readonly card: string | null
}

interface WebhookLetterFacts {
  readonly kind: 'webhook_disabled'
  readonly shop: string
  readonly url: string
}

export interface Letter {
  readonly subject: string
  readonly text: string
}

/** The words of one language. A letter is plain text: nothing in it is loaded, and nothing tells that it was read. */
export interface LetterTexts {
  readonly amount: string
  readonly date: string
  readonly card: string
  readonly place: string
  readonly payment: string
  readonly letters: Readonly<
    Record<LetterFacts['kind'], { readonly subject: (what: string) => string; readonly body: string }>
  >
}
