import type { NetworkAnswer } from './network.ts'

/**
 * What the platform believes of the network and of who looks at the till. Hints: they say when to ask, never what the
 * answer is. A browser calls itself online behind a dead router, and offline beside a gateway on the same desk.
 */
export interface PlatformHints {
  /** False while nobody can see the till; it then asks less often (MP13). */
  readonly inForeground: () => boolean
  /** Told when the link is believed to have come or gone, and when the till comes to the front. Returns the unsubscriber. */
  readonly watch: (listener: () => void) => () => void
}

/** A place that has nothing to do with the gateway: whether it answers tells the two kinds of outage apart (SQ1). */
export interface ReachabilityTarget {
  /** The address, as the till shows it. */
  readonly target: string
  readonly probe: (timeoutMs: number) => Promise<TargetFinding>
}

/** `answered`: that place itself, whatever it said. `portal`: a page that anybody on the way may have put there. */
export type TargetFinding =
  | 'answered'
  | 'portal'
  | Exclude<Extract<NetworkAnswer, { reached: false }>['why'], 'aborted'>
