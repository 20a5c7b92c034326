import type { Clock, Crypto } from '@holdfast/core'
import type { SignedTime } from '@holdfast/protocol'
import type { Contact } from '../journal/journal-step.ts'
import {
  PING_CONFIRM_PAUSE_MS,
  PING_PERIOD_OFFLINE_MAX_MS,
  PING_PERIOD_OFFLINE_MS,
  PING_PERIOD_ONLINE_MS,
  PINGS_TO_TURN,
  REACHABILITY_TIMEOUT_MS,
} from '../limits.ts'
import type { NetworkAnswer } from '../network.ts'
import type { NetworkStatus, OfflineStatus } from '../terminal-api.ts'
import { jitteredMs } from './backoff.ts'
import { Bell } from './bell.ts'
import type { Reply } from './gateway-client.ts'

export type Outage = NonNullable<OfflineStatus['outage']>

export interface OutageDetectorDeps {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly ping: () => Promise<Reply<SignedTime>>
  readonly reachability: ((timeoutMs: number) => Promise<boolean>) | undefined
  readonly onContact: (contact: Contact) => void
  readonly onChange: () => void
}

/**
 * Online or offline by evidence: what the gateway signed, never what the machine believes of its cable.
 *
 *   unknown ──heard──▶ online ──two bad signs in a row, or no link──▶ offline ──two good signs in a row──▶ online
 *
 * A sign is a ping or a live call. The first bad one is followed at once by a ping, so that the two take less than two
 * seconds together (P4); the second sign in either direction keeps a flapping link from flapping the till.
 */
export class OutageDetector {
  readonly #deps: OutageDetectorDeps
  readonly #bell = new Bell()
  #status: NetworkStatus = 'unknown'
  #outage: Outage | null = null
  #signs: { readonly good: boolean; readonly count: number } = { good: true, count: 0 }
  #offlinePings = 0
  #stopped = false

  constructor(deps: OutageDetectorDeps) {
    this.#deps = deps
  }

  get status(): NetworkStatus {
    return this.#status
  }

  get outage(): Outage | null {
    return this.#outage
  }

  /** A live call was answered, or was not. */
  report(reply: Reply<unknown>): void {
    const before = this.#status
    if (reply.heard) this.#sign(true, null)
    else if (reply.answer.reached || reply.answer.why !== 'aborted') this.#sign(false, reply.answer)
    else return
    if (reply.heard !== (before === 'online') && this.#status === before) this.#bell.ring()
  }

  /** Asks now instead of at the next turn. */
  probe(): void {
    this.#bell.ring()
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      await this.#ping()
      if (this.#stopped) return
      await this.#bell.wait(this.#deps.clock, this.#pauseMs())
    }
  }

  stop(): void {
    this.#stopped = true
    this.#bell.ring()
  }

  async #ping(): Promise<void> {
    const { clock } = this.#deps
    const reply = await this.#deps.ping()
    if (this.#stopped) return
    if (reply.heard) {
      this.#offlinePings = 0
      const [wallMs, monotonicMs] = [Math.trunc(clock.wallMs()), clock.monotonicMs()]
      this.#deps.onContact({ gatewayMs: reply.value.timeMs, wallMs, monotonicMs })
      this.#sign(true, null)
    } else if (reply.answer.reached || reply.answer.why !== 'aborted') {
      this.#offlinePings += 1
      this.#sign(false, reply.answer)
    }
  }

  #sign(good: boolean, answer: NetworkAnswer | null): void {
    this.#signs = { good, count: this.#signs.good === good ? this.#signs.count + 1 : 1 }
    const noLink = answer !== null && !answer.reached && answer.why === 'offline'
    const turned = this.#signs.count >= PINGS_TO_TURN || (good ? this.#status === 'unknown' : noLink)
    if (turned) this.#turn(good ? 'online' : 'offline', answer)
  }

  #turn(status: NetworkStatus, answer: NetworkAnswer | null): void {
    const before = { status: this.#status, outage: this.#outage }
    this.#status = status
    if (status === 'online') this.#outage = null
    else {
      this.#outage ??= outageGuess(answer)
      void this.#tellOutagesApart()
    }
    if (before.status !== status || before.outage !== this.#outage) this.#deps.onChange()
  }

  /** While offline: does anything else answer? The guess stands until it is known. */
  async #tellOutagesApart(): Promise<void> {
    const { reachability } = this.#deps
    if (reachability === undefined) return
    const reachable = await reachability(REACHABILITY_TIMEOUT_MS).catch(() => false)
    const outage = reachable ? 'service' : 'internet'
    if (this.#stopped || this.#status !== 'offline' || this.#outage === outage) return
    this.#outage = outage
    this.#deps.onChange()
  }

  #pauseMs(): number {
    const { crypto } = this.#deps
    const expected = this.#status === 'unknown' ? null : this.#status === 'online'
    if (this.#signs.good !== expected) return this.#signs.good ? PING_CONFIRM_PAUSE_MS : 0
    if (this.#status === 'online') return jitteredMs(crypto, PING_PERIOD_ONLINE_MS)
    const boundMs = Math.min(
      PING_PERIOD_OFFLINE_MAX_MS,
      PING_PERIOD_OFFLINE_MS * 2 ** Math.min(this.#offlinePings, 8),
    )
    return jitteredMs(crypto, boundMs)
  }
}

/** Before the independent targets have answered: who answers with an error of its own is there. */
export function outageGuess(answer: NetworkAnswer | null): Outage {
  return answer !== null && answer.reached && answer.status >= 500 ? 'service' : 'internet'
}
