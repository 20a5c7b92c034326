/** Counted since this program was started. */
export interface ForwardProgress {
  readonly attempts: number
  /** Device time; null when nothing is planned: it is with the gateway, or the device is kept offline by hand. */
  readonly nextTryMs: number | null
  readonly lastError: { readonly code: string; readonly detail: string; readonly atMs: number } | null
}

export const NOT_TRIED: ForwardProgress = { attempts: 0, nextTryMs: null, lastError: null }
