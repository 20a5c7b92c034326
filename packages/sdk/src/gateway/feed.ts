import type { Clock, Crypto } from '@holdfast/core'
import { openStatement, type PublicKeys } from '@holdfast/envelope'
import {
  deviceStanding,
  type FeedAnswer,
  type Lease,
  type OrderStatement,
  orderStatement,
  type OutcomeStatement,
  outcomeStatement,
  type ServiceNotice,
  serviceNotices,
  type Signed,
  type TipStatement,
  tipStatement,
} from '@holdfast/protocol'
import { isSynced } from '../journal/generation-mark.ts'
import type { Journal } from '../journal/journal.ts'
import type { JournalStep } from '../journal/journal-step.ts'
import { keepLease, keptNames } from '../journal/kept-values.ts'
import { isAtRisk } from '../journal/payment-parts.ts'
import { prune } from '../journal/prune.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { release } from '../journal/void-draft.ts'
import { FEED_ITEMS_PER_COMMIT, FEED_PAUSE_MS, PRUNE_PERIOD_MS } from '../limits.ts'
import { heedOrders } from '../journal/kept-orders.ts'
import type { TerminalEvent } from '../terminal-events.ts'
import { applyOutcome } from './apply-outcome.ts'
import { applyStanding } from './apply-standing.ts'
import { applyTip } from './apply-tip.ts'
import { backoffMs } from './backoff.ts'
import { Bell } from './bell.ts'
import type { GatewayClient } from './gateway-client.ts'

export interface FeedDeps {
  readonly journal: Journal
  readonly gateway: GatewayClient
  readonly clock: Clock
  readonly crypto: Crypto
  readonly emit: (event: TerminalEvent) => void
}

/** Listens to the gateway: outcomes, tips and orders in their order, each applied and counted in one commit, and the newest lease. */
export class Feed {
  readonly #deps: FeedDeps
  readonly #bell = new Bell()
  #failures = 0
  #stopped = false
  #prunedMs = Number.NEGATIVE_INFINITY
  #notices: readonly ServiceNotice[] = []

  constructor(deps: FeedDeps) {
    this.#deps = deps
  }

  /** What the operator announced and is not over, as far as was heard since the start. */
  get notices(): readonly ServiceNotice[] {
    return this.#notices
  }

  /** The network came back: listens at once. */
  wake(): void {
    this.#bell.ring()
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    const { clock, crypto, gateway } = this.#deps
    while (!this.#stopped) {
      const startedMs = clock.monotonicMs()
      const went = gateway.silent ? 'silent' : await this.#turn()
      if (this.#stopped) return
      if (went === 'silent') await this.#bell.wait(clock, null)
      else if (went === 'failed') {
        this.#failures += 1
        await this.#bell.wait(clock, backoffMs(crypto, this.#failures, null))
      } else {
        this.#failures = 0
        const tookMs = clock.monotonicMs() - startedMs
        if (went === 'nothing' && tookMs < FEED_PAUSE_MS) await this.#bell.wait(clock, FEED_PAUSE_MS - tookMs)
      }
    }
  }

  stop(): void {
    this.#stopped = true
    this.#bell.ring()
  }

  async #turn(): Promise<'applied' | 'nothing' | 'failed'> {
    const { journal, gateway } = this.#deps
    const cursor = journal.state.feed ?? { generation: 1, after: 0 }
    const synced = isSynced(journal.state)
    const reply = await gateway.feed({ ...cursor, synced, lease: journal.state.lease.number })
    if (this.#stopped || !reply.heard) return 'failed'
    const { answer, lease } = reply.value
    const { gatewayKeys } = journal.state.lease
    // The lease comes first: what the gateway says next may be signed by a key that only this lease names.
    if (!(await this.#keepLease(lease, answer.lease))) return 'failed'
    const keys = [...gatewayKeys, ...lease.gatewayKeys]
    await this.#heed(answer.standing, keys)
    await this.#hearNotices(answer.notices, keys)
    if (answer.generation !== cursor.generation || journal.state.feed === null) {
      const started = await journal.append(startGeneration(answer.generation))
      if (!started.ok) return 'failed'
      if (answer.generation !== cursor.generation) return 'applied'
    }
    return this.#applyItems(answer, keys)
  }

  async #keepLease(next: Lease, statement: Signed): Promise<boolean> {
    const kept = await this.#deps.journal.append(keepNewerLease(next, statement))
    if (kept.ok && kept.value) this.#deps.emit({ type: 'leaseChanged' })
    return kept.ok
  }

  /** What the gateway says of this device as a whole; what cannot be written now is said again. */
  async #heed(statement: Signed | undefined, keys: PublicKeys): Promise<void> {
    if (statement === undefined) return
    const { journal, crypto, clock } = this.#deps
    const standing = await openStatement(crypto, keys, 'standing', deviceStanding, statement)
    if (standing === null || standing.device !== journal.state.enrolment.device) return
    await journal.append(applyStanding(standing))
    if (clock.monotonicMs() - this.#prunedMs < PRUNE_PERIOD_MS) return
    this.#prunedMs = clock.monotonicMs()
    for (;;) {
      const pruned = await journal.append(prune(standing.durableSeq))
      if (!pruned.ok || !pruned.value || this.#stopped) return
    }
  }

  /** For people only, so it is in no journal. Absent: there are none, or an older gateway. */
  async #hearNotices(statement: Signed | undefined, keys: PublicKeys): Promise<void> {
    const { crypto, emit } = this.#deps
    const said =
      statement === undefined
        ? { notices: [] }
        : await openStatement(crypto, keys, 'notices', serviceNotices, statement)
    if (said === null || JSON.stringify(said.notices) === JSON.stringify(this.#notices)) return
    this.#notices = said.notices
    emit({ type: 'serviceNoticesChanged', notices: said.notices })
  }

  async #applyItems(answer: FeedAnswer, keys: PublicKeys): Promise<'applied' | 'nothing' | 'failed'> {
    const { journal, crypto, emit } = this.#deps
    const items = answer.items.toSorted((a, b) => a.n - b.n)
    for (let at = 0; at < items.length; at += FEED_ITEMS_PER_COMMIT) {
      const words: Word[] = []
      for (const item of items.slice(at, at + FEED_ITEMS_PER_COMMIT)) {
        const word = await openWord(crypto, keys, item)
        // Not the gateway's word: nothing behind it may be applied, or the cursor would pass it by.
        if (word === null) return 'failed'
        const device =
          word.type === 'outcome' ? word.outcome.device : word.type === 'tip' ? word.tip.device : null
        if (device !== null && device !== journal.state.enrolment.device) return 'failed'
        words.push(word)
      }
      const applied = await journal.append(applyWords(words, answer.generation))
      if (!applied.ok) return 'failed'
      for (const payment of applied.payments) emit({ type: 'paymentChanged', payment })
      if (applied.value) emit({ type: 'ordersChanged' })
    }
    return items.length === 0 ? 'nothing' : 'applied'
  }
}

type Word =
  | {
      readonly n: number
      readonly type: 'outcome'
      readonly outcome: OutcomeStatement
      readonly statement: Signed
    }
  | { readonly n: number; readonly type: 'order'; readonly order: OrderStatement }
  | { readonly n: number; readonly type: 'tip'; readonly tip: TipStatement }

function paymentOf(word: Exclude<Word, { readonly type: 'order' }>): string {
  return word.type === 'tip' ? word.tip.payment : word.outcome.payment
}

async function openWord(
  crypto: Crypto,
  keys: PublicKeys,
  { n, type, statement }: FeedAnswer['items'][number],
): Promise<Word | null> {
  switch (type) {
    case 'outcome': {
      const outcome = await openStatement(crypto, keys, 'outcome', outcomeStatement, statement)
      return outcome === null ? null : { n, type, outcome, statement }
    }
    case 'order': {
      const order = await openStatement(crypto, keys, 'order', orderStatement, statement)
      return order === null ? null : { n, type, order }
    }
    case 'tip': {
      const tip = await openStatement(crypto, keys, 'tip', tipStatement, statement)
      return tip === null ? null : { n, type, tip }
    }
  }
}

/** Of the same device, account and mode, and never an older one: a lease that was taken back stays taken back. */
function keepNewerLease(next: Lease, statement: Signed): JournalStep<null, boolean> {
  return {
    load: () => Promise.resolve(null),
    build({ lease, enrolment }) {
      const own =
        next.device === enrolment.device && next.account === enrolment.account && next.mode === enrolment.mode
      if (!own || next.number <= lease.number) return { do: 'nothing', value: false }
      return { do: 'commit', value: true, draft: { values: keepLease(statement) } }
    },
  }
}

/**
 * Another generation than the one that is known: the gateway was restored and may have forgotten. It is told everything
 * again, from the first record on; what it still has it answers with the same verdict.
 */
function startGeneration(generation: number): JournalStep<null, null> {
  return {
    load: () => Promise.resolve(null),
    build({ head, feed }) {
      if (feed?.generation === generation) return { do: 'nothing', value: null }
      const values = { [keptNames.feed]: JSON.stringify({ generation, after: 0 }) }
      // Nothing was heard before, and nothing was lost since: the first generation has no earlier one.
      if (feed === null && generation === 1) return { do: 'commit', value: null, draft: { values } }
      return { do: 'commit', value: null, draft: { values, forwardedSeq: 0, resendSeq: head.seq } }
    },
  }
}

function applyWords(
  words: readonly Word[],
  generation: number,
): JournalStep<ReadonlyMap<string, StoredPayment>, boolean> {
  return {
    async load(store) {
      const payments = new Map<string, StoredPayment>()
      for (const word of words) {
        if (word.type === 'order') continue
        const payment = await store.payment(paymentOf(word))
        if (payment !== null) payments.set(payment.paymentId, payment)
      }
      return payments
    },
    build({ head, feed, lease, orders: ordersBefore }, loaded) {
      const after = feed?.generation === generation ? feed.after : 0
      const fresh = words.filter(({ n }) => n > after)
      const last = fresh.at(-1)
      if (last === undefined) return { do: 'nothing', value: false }
      const payments = new Map<string, StoredPayment>()
      const erase: number[] = []
      let { exposure } = head
      for (const word of fresh) {
        if (word.type === 'order') continue
        const before = payments.get(paymentOf(word)) ?? loaded.get(paymentOf(word))
        if (before === undefined) continue
        if (word.type === 'tip') {
          payments.set(before.paymentId, applyTip(before, word.tip))
          continue
        }
        const { outcome, statement } = word
        const next = applyOutcome(before, outcome, statement)
        if (isAtRisk(next)) {
          payments.set(next.paymentId, next)
          continue
        }
        if (next.state !== before.state) exposure = release(exposure, before)
        erase.push(...before.sealedSeqs)
        payments.set(next.paymentId, { ...next, sealedSeqs: [] })
      }
      const orders = heedOrders(
        ordersBefore,
        fresh.flatMap((word) =>
          word.type === 'order' && word.order.location === lease.location ? [word.order] : [],
        ),
      )
      const isNew = orders !== ordersBefore
      const values = {
        [keptNames.feed]: JSON.stringify({ generation, after: last.n }),
        ...(isNew ? { [keptNames.orders]: JSON.stringify(orders) } : {}),
      }
      const changed = [...payments.values()]
      return { do: 'commit', value: isNew, draft: { exposure, erase, values, payments: () => changed } }
    },
  }
}
