import type { ErrorCode } from '@holdfast/protocol'

/** A named refusal; the message of the error table says what to do. */
export interface Refused {
  readonly status: 'refused'
  readonly code: ErrorCode
  /** The payment that stands in the way, where it is another one's. */
  readonly paymentId?: string
  /** Of `confirmPaymentIntent`: the same card may be confirmed again with the `voiceCode` that its issuer gives. */
  readonly voicePossible?: true
}
