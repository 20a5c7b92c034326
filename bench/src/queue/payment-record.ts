/** What a competent hand-written queue would keep of a payment: about 1 KB, most of it a sealed block. */
export interface PaymentRecord {
  readonly id: string
  readonly amountMinor: number
  readonly currency: 'eur'
  readonly createdMs: number
  readonly sealed: string
}

export function newPaymentRecord(): PaymentRecord {
  return {
    id: crypto.randomUUID(),
    amountMinor: 1_234,
    currency: 'eur',
    createdMs: Date.now(),
    sealed: randomText(SEALED_BYTES),
  }
}

/** Random, as what is sealed looks: nothing to compress. */
export function randomText(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil((length * 3) / 4)))
  return btoa(String.fromCharCode(...bytes)).slice(0, length)
}

export const SEALED_BYTES = 880
