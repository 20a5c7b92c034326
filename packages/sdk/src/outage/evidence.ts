import type { NetworkAnswer } from '../network.ts'
import type { TargetFinding } from '../platform-hints.ts'

export type LiveCall = 'attempt' | 'answer' | 'records' | 'feed'

/**
 * One thing that was tried, and what answered: what the till says of the network rests on a list of these (SQ2).
 * `signed`: the gateway itself. `unsigned`: something answered in its place, with that HTTP status. `acquirer_down`: the
 * gateway itself, saying that no issuer can be asked.
 */
export interface Evidence {
  /** `ping` and the live calls go to the gateway; `elsewhere` is a target that has nothing to do with it. */
  readonly tried: 'ping' | 'elsewhere' | LiveCall
  /** The address, where it is not the gateway's. */
  readonly target: string | null
  readonly found: EvidenceFinding
  /** HTTP status of what answered unsigned; null otherwise. */
  readonly status: number | null
  readonly tookMs: number
  /** Unix milliseconds, as the machine believes. */
  readonly atMs: number
}

export type EvidenceFinding = 'signed' | 'acquirer_down' | 'unsigned' | TargetFinding

/** What an answer that the gateway did not sign is evidence of; null for a call that was given up by ourselves. */
export function findingOf(answer: NetworkAnswer): Pick<Evidence, 'found' | 'status'> | null {
  if (answer.reached) return { found: 'unsigned', status: answer.status }
  return answer.why === 'aborted' ? null : { found: answer.why, status: null }
}

/** The newest finding of each thing tried. */
export class EvidenceList {
  readonly #byName = new Map<string, Evidence>()

  note(evidence: Evidence): void {
    const name = `${evidence.tried} ${evidence.target ?? ''}`
    // Taken out and put back: the newest stands last.
    this.#byName.delete(name)
    this.#byName.set(name, evidence)
  }

  clear(): void {
    this.#byName.clear()
  }

  /** Oldest first. */
  all(): readonly Evidence[] {
    return [...this.#byName.values()]
  }
}

/** One line for a log or a support call. */
export function describeEvidence({ tried, target, found, status, tookMs }: Evidence): string {
  const what = target ?? TRIED[tried]
  const said = found === 'unsigned' ? `HTTP ${status ?? '?'} that the gateway did not sign` : FOUND[found]
  return `${what}: ${said} (${Math.round(tookMs)} ms)`
}

const TRIED: Readonly<Record<Evidence['tried'], string>> = {
  ping: 'gateway, signed ping',
  elsewhere: 'another place on the internet',
  attempt: 'gateway, a payment',
  answer: 'gateway, the answer to a payment',
  records: 'gateway, upload of stored records',
  feed: 'gateway, news',
}

const FOUND: Readonly<Record<Exclude<EvidenceFinding, 'unsigned'>, string>> = {
  signed: 'answered and signed',
  acquirer_down: 'answered and signed; no bank can be asked now',
  answered: 'answered',
  portal: 'a page in its place, such as the login of a Wi-Fi',
  refused: 'connection refused',
  timeout: 'no answer in time',
  reset: 'connection broken',
  dns: 'name not found (DNS)',
  offline: 'this device has no link',
  tls: 'certificate or encryption not accepted (TLS)',
  too_large: 'an answer too large to be the gateway’s',
}
