/**
 * The world's time as one process sees it. `wallMs` may jump in either direction and may be wrong by years;
 * `monotonicMs` never goes back within one `bootId`.
 */
export interface Clock {
  readonly bootId: string
  /** Unix milliseconds as the machine believes. */
  wallMs(): number
  /** Milliseconds since some moment of this boot. */
  monotonicMs(): number
  /** Minutes east of UTC at the machine's place, for the local time of a sale. */
  utcOffsetMin(): number
  /** Runs `task` once after `delayMs`; the returned function takes it back. */
  timer(delayMs: number, task: () => void): () => void
}

/** Resolves after `delayMs`, or at once when `signal` aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortLike): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve()
      return
    }
    const cancel = clock.timer(delayMs, finish)
    signal?.addEventListener('abort', finish)
    function finish(): void {
      cancel()
      signal?.removeEventListener('abort', finish)
      resolve()
    }
  })
}

/** What `sleep` needs of an AbortSignal; the platform's own fits. */
export interface AbortLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}
