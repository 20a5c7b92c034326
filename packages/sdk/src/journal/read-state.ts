import { type Crypto, NO_LOCAL_LIMITS } from '@holdfast/core'
import { DamagedHead, type JournalChange, type JournalHead, type JournalStore } from './journal-store.ts'
import type { JournalState } from './journal-step.ts'
import {
  keptNames,
  parseEnrolment,
  parseFeedCursor,
  parseFrozen,
  parseKeptLease,
  parseLocalLimits,
  parseOrders,
  parsePrunedSeq,
} from './kept-values.ts'
import { rebuildHead } from './rebuild-head.ts'

type KeptState = Omit<JournalState, 'time'>

export async function readState(store: JournalStore, head: JournalHead): Promise<KeptState> {
  const names = Object.values(keptNames)
  const texts = await Promise.all(names.map((name) => store.value(name)))
  const values = Object.fromEntries(names.map((name, at) => [name, texts[at] ?? null]))
  const enrolment = parseEnrolment(values[keptNames.enrolment] ?? null)
  const lease = parseKeptLease(values[keptNames.lease] ?? null)
  if (enrolment === null || lease === null) throw new Error('The journal has lost its enrolment or lease')
  const nothing = {
    local: NO_LOCAL_LIMITS,
    feed: null,
    frozen: null,
    prunedSeq: 0,
    durableSeq: 0,
    orders: [],
  }
  return withValues({ head, enrolment, lease, ...nothing }, values)
}

/** What the state is when these values have been written; what they do not name stays. */
export function withValues(state: KeptState, values: JournalChange['values']): KeptState {
  const { enrolment, lease, feed, local, frozen, pruned, durable, orders } = keptNames
  const textOf = (name: string) => values[name] ?? null
  return {
    head: state.head,
    enrolment: parseEnrolment(textOf(enrolment)) ?? state.enrolment,
    lease: parseKeptLease(textOf(lease)) ?? state.lease,
    feed: feed in values ? parseFeedCursor(textOf(feed)) : state.feed,
    local: local in values ? parseLocalLimits(textOf(local)) : state.local,
    frozen: frozen in values ? parseFrozen(textOf(frozen)) : state.frozen,
    prunedSeq: pruned in values ? parsePrunedSeq(textOf(pruned)) : state.prunedSeq,
    durableSeq: durable in values ? parsePrunedSeq(textOf(durable)) : state.durableSeq,
    orders: orders in values ? parseOrders(textOf(orders)) : state.orders,
  }
}

/** The head, or one that was built in its place: `sound` when the chain may go on from it. */
export async function readHead(deps: {
  readonly store: JournalStore
  readonly crypto: Crypto
}): Promise<{ head: JournalHead; sound: boolean } | null> {
  const { store, crypto } = deps
  try {
    const head = await store.head()
    return head === null ? null : { head, sound: true }
  } catch (error) {
    if (!(error instanceof DamagedHead)) throw error
  }
  const rebuilt = await rebuildHead(store, crypto)
  if (rebuilt.sound && store.repairHead !== undefined) {
    await store.repairHead(rebuilt.head)
    const head = await store.head()
    if (head !== null) return { head, sound: true }
  }
  return { head: { ...rebuilt.head, version: 0 }, sound: false }
}
