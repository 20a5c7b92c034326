/** How a message went out. Its STAN and its time are fixed at the first sending, and the same in every repeat. */
export interface MessageSending {
  /** Six digits. */
  readonly stan: string
  /** DE7 of the first sending. */
  readonly transmittedAtMs: number
  /** Nothing leaves after this moment, whoever still holds the socket. */
  readonly sendBeforeMs: number
  /** How often it was sent again. */
  readonly repeats: number
}

/** What takes back that which was sent. */
export interface MessageReversal {
  /** Six digits; of the reversal. */
  readonly stan: string
  readonly transmittedAtMs: number
  readonly tries: number
  readonly retryAtMs: number
}
