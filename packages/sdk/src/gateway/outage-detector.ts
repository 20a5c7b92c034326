import type { Clock, Crypto } from '@holdfast/core'
import type { SignedTime } from '@holdfast/protocol'
import type { Contact } from '../journal/journal-step.ts'
import {
  CONTACT_PERIOD_MS,
  ELSEWHERE_PAUSE_MS,
  PING_PERIOD_BACKGROUND_MS,
  PING_PERIOD_IDLE_MS,
  PING_PERIOD_OFFLINE_MAX_MS,
  PING_PERIOD_OFFLINE_MS,
  PING_PERIOD_SELLING_MS,
  PROBES_OUT_OF_TURN_MAX,
  PROBES_OUT_OF_TURN_REFILL_MS,
  REACHABILITY_TIMEOUT_MS,
  SELLING_FOR_MS,
} from '../limits.ts'
import type { NetworkAnswer } from '../network.ts'
import type { PlatformHints, ReachabilityTarget, TargetFinding } from '../platform-hints.ts'
import type { NetworkStatus } from '../terminal-events.ts'
import { jitteredMs } from './backoff.ts'
import { Bell } from './bell.ts'
import { type Evidence, EvidenceList, findingOf, type LiveCall } from '../outage/evidence.ts'
import type { Reply } from './gateway-client.ts'
import { confirmPauseMs, hear, type Link, NEW_LINK } from './link.ts'
import { type Outage, outageOf } from '../outage/outage-of.ts'
import { type Ping, pingOnce, type PingRound, pingTwice } from './ping-round.ts'
import { RetryBudget } from './retry-budget.ts'

export interface OutageDetectorDeps {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly ping: Ping
  readonly reachability: readonly ReachabilityTarget[]
  readonly hints: PlatformHints | undefined
  readonly onContact: (contact: Contact) => void
  /** What is believed has changed, or what it rests on; `returned`: it has just gone online. */
  readonly onChange: (change: { readonly returned: boolean }) => void
}

/**
 * Online or offline by evidence: what the gateway signed, never what the machine believes of its cable.
 *
 * While somebody sells, a round of two tries begins at least every `PING_PERIOD_SELLING_MS` and ends within
 * `PING_TIMEOUT_MS`, together less than two seconds (P4). A live attempt that is not acknowledged decides at once; any
 * other live call that fails only asks for a round now. Offline, one try at a time goes out, ever more rarely.
 */
export class OutageDetector {
  readonly #deps: OutageDetectorDeps
  readonly #bell = new Bell()
  readonly #evidence = new EvidenceList()
  readonly #budget: RetryBudget
  readonly #fallListeners = new Set<() => void>()
  #link: Link = NEW_LINK
  #acquirerDown = false
  /** The last answer in the gateway's name that was not its own. */
  #answer: NetworkAnswer | null = null
  #elsewhere: { readonly answers: boolean | null; readonly doubted: boolean } = UNSEEN
  #elsewhereMs = Number.NEGATIVE_INFINITY
  #contactMs = Number.NEGATIVE_INFINITY
  #lastRound: 'good' | 'bad' | 'none' = 'none'
  #sellingUntilMs: number
  #said = ''
  #stopped = false

  constructor(deps: OutageDetectorDeps) {
    this.#deps = deps
    const { clock } = deps
    this.#budget = new RetryBudget(clock, {
      max: PROBES_OUT_OF_TURN_MAX,
      refillMs: PROBES_OUT_OF_TURN_REFILL_MS,
    })
    this.#sellingUntilMs = clock.monotonicMs() + SELLING_FOR_MS
  }

  get status(): NetworkStatus {
    return this.#link.status
  }

  get outage(): Outage | null {
    if (this.#link.status === 'offline') return outageOf(this.#answer, this.#elsewhere.answers)
    return this.#link.status === 'online' && this.#acquirerDown ? 'acquirer' : null
  }

  /** What was tried last and what answered, oldest first. */
  get why(): readonly Evidence[] {
    return this.#evidence.all()
  }

  /** A live call was answered, or was not. */
  report(call: LiveCall, reply: Reply<unknown>, tookMs: number): void {
    if (reply.heard) {
      this.#note(call, null, { found: 'signed', status: null }, tookMs)
      if (call === 'attempt') this.#hear('good')
      else if (this.status === 'offline') this.probe()
      this.#tell()
      return
    }
    const { answer } = reply
    const finding = findingOf(answer)
    if (finding === null) return
    this.#note(call, null, finding, tookMs)
    const known = !answer.reached && answer.why === 'offline'
    // An error of the gateway about this one request is an answer: a ping must say what it is worth.
    const refused = answer.reached && answer.status >= 400 && answer.status < 500
    if (known || (call === 'attempt' && !refused)) {
      this.#answer = answer
      this.#hear('bad')
      this.#lookElsewhere()
      this.probe()
    } else if (this.status !== 'offline') this.probe()
    this.#tell()
  }

  /** Asks now instead of at the next turn, as far as the budget goes. */
  probe(): void {
    if (this.#budget.take()) this.#bell.ring()
  }

  /** Somebody sells: until a while after, the network is watched closely. */
  attend(): void {
    const now = this.#deps.clock.monotonicMs()
    const wasAway = now >= this.#sellingUntilMs
    this.#sellingUntilMs = now + SELLING_FOR_MS
    const isSeen = this.#deps.hints?.inForeground() ?? true
    if (wasAway || !isSeen || this.status === 'offline') this.probe()
  }

  /** Nothing was asked for a while: what was believed before is worth nothing now. */
  startAnew(): void {
    this.#link = NEW_LINK
    this.#evidence.clear()
    this.#elsewhere = UNSEEN
    this.#tell()
    this.#bell.ring()
  }

  /** Told at each fall to offline. Returns the unsubscriber. */
  onFall(listener: () => void): () => void {
    this.#fallListeners.add(listener)
    return () => this.#fallListeners.delete(listener)
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    const { clock, hints } = this.#deps
    const unwatch = hints?.watch(() => this.probe())
    while (!this.#stopped) {
      await this.#round()
      if (!this.#stopped) await this.#bell.wait(clock, this.#pauseMs())
    }
    unwatch?.()
  }

  stop(): void {
    this.#stopped = true
    this.#bell.ring()
  }

  async #round(): Promise<void> {
    const { clock, ping } = this.#deps
    if (this.status !== 'offline') {
      this.#settle(await pingTwice(clock, ping, () => this.#lookElsewhere()))
      return
    }
    // Half open: one try alone, and the independent targets beside it.
    this.#lookElsewhere()
    this.#settle(await pingOnce(clock, ping))
  }

  #settle({ reply, tookMs }: PingRound): void {
    if (this.#stopped) return
    if (reply.heard) {
      this.#lastRound = 'good'
      this.#contact(reply.value)
      this.#acquirerDown = reply.value.service === 'acquirer_down'
      this.#note(
        'ping',
        null,
        { found: this.#acquirerDown ? 'acquirer_down' : 'signed', status: null },
        tookMs,
      )
      this.#hear('good')
    } else {
      const finding = findingOf(reply.answer)
      this.#lastRound = finding === null ? 'none' : 'bad'
      if (finding === null) return
      this.#answer = reply.answer
      this.#note('ping', null, finding, tookMs)
      this.#hear('bad')
    }
    this.#tell()
  }

  #contact({ timeMs }: SignedTime): void {
    const { clock, onContact } = this.#deps
    const monotonicMs = clock.monotonicMs()
    if (this.#link.status === 'online' && monotonicMs - this.#contactMs < CONTACT_PERIOD_MS) return
    this.#contactMs = monotonicMs
    onContact({ gatewayMs: timeMs, wallMs: Math.trunc(clock.wallMs()), monotonicMs })
  }

  #hear(sign: 'good' | 'bad'): void {
    const before = this.#link.status
    this.#link = hear(this.#link, sign, this.#deps.clock.monotonicMs())
    if (before === 'offline' || this.#link.status !== 'offline') return
    // What the targets said belongs to an earlier outage.
    if (before === 'online' && this.#deps.clock.monotonicMs() - this.#elsewhereMs > FRESH_MS) {
      this.#elsewhere = UNSEEN
    }
    for (const listener of this.#fallListeners) listener()
  }

  /** Does anything else answer? Asked when the gateway does not, all targets at once, one round at a time. */
  #lookElsewhere(): void {
    const { clock, reachability } = this.#deps
    const now = clock.monotonicMs()
    if (reachability.length === 0 || now - this.#elsewhereMs < ELSEWHERE_PAUSE_MS) return
    this.#elsewhereMs = now
    const ask = async ({ target, probe }: ReachabilityTarget) => {
      const found = await probe(REACHABILITY_TIMEOUT_MS).catch((): TargetFinding => 'reset')
      if (this.#stopped) return false
      this.#note('elsewhere', target, { found, status: null }, clock.monotonicMs() - now)
      // One is enough; the others are not waited for.
      if (found === 'answered') this.#sawElsewhere(true)
      return found === 'answered'
    }
    const askAll = async () => {
      const answers = await Promise.all(reachability.map(ask))
      if (!this.#stopped && !answers.includes(true)) this.#sawElsewhere(false)
    }
    void askAll()
  }

  /** The first word counts; another one later only when it is said twice, so that a banner does not flicker. */
  #sawElsewhere(answers: boolean): void {
    const before = this.#elsewhere
    const taken = before.answers === null || before.answers === answers || before.doubted
    this.#elsewhere = taken ? { answers, doubted: false } : { ...before, doubted: true }
    this.#tell()
  }

  #note(
    tried: Evidence['tried'],
    target: string | null,
    finding: Pick<Evidence, 'found' | 'status'>,
    tookMs: number,
  ): void {
    const atMs = Math.trunc(this.#deps.clock.wallMs())
    this.#evidence.note({ tried, target, ...finding, tookMs: Math.round(tookMs), atMs })
  }

  /** Tells what has changed; times alone are no change. */
  #tell(): void {
    const [before] = this.#said.split(' ', 1)
    const findings = this.why.map(
      ({ tried, target, found, status }) => `${tried}:${target}:${found}:${status}`,
    )
    const said = [this.status, this.outage, ...findings.toSorted()].join(' ')
    if (said === this.#said || this.#stopped) return
    this.#said = said
    this.#deps.onChange({ returned: this.status === 'online' && before !== 'online' })
  }

  #pauseMs(): number {
    const { crypto, clock, hints } = this.#deps
    const isSelling = clock.monotonicMs() < this.#sellingUntilMs
    const isSeen = hints?.inForeground() ?? true
    // Nobody is asked: it is not asked whether anybody may be asked either.
    if (this.#lastRound === 'none') return PING_PERIOD_BACKGROUND_MS
    if (this.status !== 'offline') {
      if (!isSeen) return jitteredMs(crypto, PING_PERIOD_BACKGROUND_MS)
      return jitteredMs(crypto, isSelling ? PING_PERIOD_SELLING_MS : PING_PERIOD_IDLE_MS)
    }
    if (this.#link.goods > 0) return confirmPauseMs(this.#link)
    const boundMs = PING_PERIOD_OFFLINE_MS * 2 ** Math.min(this.#link.bads - 1, 8)
    const maxMs = isSeen ? PING_PERIOD_OFFLINE_MAX_MS : PING_PERIOD_BACKGROUND_MS
    return jitteredMs(crypto, Math.min(maxMs, boundMs))
  }
}

const UNSEEN = { answers: null, doubted: false } as const

/** An answer of the targets this old still belongs to the failure that they were asked for. */
const FRESH_MS = 2_000
