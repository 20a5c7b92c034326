/**
 * One connection to a host, framed: `send` and `onMessage` carry whole messages.
 * A callback that is set after the close is called at once. After `close()` no message is delivered any more.
 */
export type Connection = {
  /** Hands the message to the network. Throwing means "perhaps sent": only the link knows what surely was not. */
  send(message: Uint8Array): void
  /** What `send` took and the network has not yet taken. Absent: nothing ever waits here. */
  backlogBytes?(): number
  onMessage(receive: (message: Uint8Array) => void): void
  onClose(closed: () => void): void
  close(): void
}

export type Dialer = {
  /** Rejects when no connection came about. A dialer should give up on `signal`; the link does in any case. */
  dial(signal: AbortSignal): Promise<Connection>
}

export type LinkClock = {
  /** Milliseconds that never run backwards; for durations. */
  monotonicMs(): number
  /** Milliseconds since 1970 UTC; for DE7 and `sendBeforeMs`. */
  wallMs(): number
  setTimer(afterMs: number, run: () => void): () => void
}
