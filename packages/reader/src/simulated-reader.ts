import { assert, type Crypto, isAmountMinor, must } from '@holdfast/core'
import type {
  BeginResult,
  CompleteResult,
  OnlineAnswer,
  Reader,
  ReaderInfo,
  ReadRequest,
} from '@holdfast/protocol'
import { type CounterStore, memoryCounters } from './card-counters.ts'
import { type CardSession, finishSession, openSession } from './card-session.ts'
import type { ReaderWorld } from './read-card.ts'
import { type CardName, cardNamed } from './simulated-cards.ts'

export interface SimulatedReaderOptions {
  readonly readerId: string
  readonly serialNumber: string
  readonly crypto: Crypto
  /** Secret of the account, at least 16 bytes: the same card has the same fingerprint on all its readers. */
  readonly fingerprintKey: Uint8Array
  /** A customer who is quick: asked whenever the reader begins to wait. A name or number, or null to go on waiting. */
  readonly present?: (request: ReadRequest) => string | null
  /** Without it the counters of the cards begin anew with each process. */
  readonly counters?: CounterStore
}

export type ReaderState = 'idle' | 'waiting' | 'reading'

export interface SimulatedReader extends Reader {
  /**
   * Puts a card into the slot, by name or published test number. On an idle reader it stays there for the next `begin`
   * (or `cancel`); while another card is being read, the slot is taken and nothing happens.
   * @throws Error when no such card is simulated
   */
  present(nameOrNumber: string): void
  state(): ReaderState
  /** Calls back after every change of state; the answer unsubscribes. */
  subscribe(listener: (state: ReaderState) => void): () => void
}

/** Simulated reader, not PCI-certified: cards, chip and cryptograms are made up, sealing and masking are real. */
export function createSimulatedReader(options: SimulatedReaderOptions): SimulatedReader {
  const { readerId, serialNumber, crypto, fingerprintKey, counters = memoryCounters() } = options
  assert(fingerprintKey.length >= 16, 'a fingerprint key has at least 16 bytes')
  const world: ReaderWorld = { crypto, fingerprintKey, serialNumber, counters }
  const completed = new Map<string, Promise<CompleteResult>>()
  const listeners = new Set<(state: ReaderState) => void>()
  let slot: Slot = EMPTY

  function move(next: Slot): void {
    const changed = next.state !== slot.state
    slot = next
    if (!changed) return
    for (const listener of listeners) listener(next.state)
  }

  function present(nameOrNumber: string): void {
    const card = existing(nameOrNumber)
    if (slot.state === 'idle') slot = { state: 'idle', card }
    if (slot.state !== 'waiting') return
    const { found } = slot
    move({ state: 'reading', session: null })
    found(card)
  }

  function waitForCard(request: ReadRequest, lying: CardName | null): Promise<CardName | null> {
    const card = lying ?? options.present?.(request) ?? null
    if (card !== null) existing(card)
    const { promise, resolve } = Promise.withResolvers<CardName | null>()
    move({ state: 'waiting', found: resolve })
    if (card !== null && slot.state === 'waiting') present(card)
    return promise
  }

  async function begin(request: ReadRequest): Promise<BeginResult> {
    assertFits(request, readerId)
    assert(!completed.has(request.readId), 'a read has an id of its own')
    if (slot.state !== 'idle') return { status: 'failed', code: 'reader_busy' }
    const card = await waitForCard(request, slot.card)
    if (card === null) return { status: 'canceled' }
    let session: CardSession | null = null
    try {
      const opened = await openSession(world, card, request)
      if (!opened.ok) return { status: 'failed', code: opened.code }
      session = opened.session
      return { status: 'read', read: opened.read }
    } finally {
      move(session === null ? EMPTY : { state: 'reading', session })
    }
  }

  async function complete(readId: string, answer: OnlineAnswer): Promise<CompleteResult> {
    const before = completed.get(readId)
    if (before !== undefined) return before
    const session = slot.state === 'reading' ? slot.session : null
    assert(session !== null && session.readId === readId, 'only a read that has begun can be completed')
    const result = finishSession(crypto, session, answer).finally(() => move(EMPTY))
    completed.set(readId, result)
    forgetOldest(completed)
    return result
  }

  function cancel(): void {
    if (slot.state === 'reading') return
    const waiting = slot.state === 'waiting' ? slot : null
    move(EMPTY)
    waiting?.found(null)
  }

  function subscribe(listener: (state: ReaderState) => void): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }

  const info: ReaderInfo = {
    readerId,
    model: 'Holdfast simulated reader (not PCI-certified)',
    serialNumber,
    offlineCapable: true,
    entryModes: ['contact', 'contactless', 'magnetic_stripe'],
  }
  return { info, begin, complete, cancel, present, state: () => slot.state, subscribe }
}

type Slot =
  | { readonly state: 'idle'; readonly card: CardName | null }
  | { readonly state: 'waiting'; readonly found: (card: CardName | null) => void }
  /** `session` is null until the card is sealed. */
  | { readonly state: 'reading'; readonly session: CardSession | null }

const EMPTY: Slot = { state: 'idle', card: null }

/** The text is not repeated in the error: somebody may have typed the number of a real card. */
function existing(nameOrNumber: string): CardName {
  return must(cardNamed(nameOrNumber), 'a card of this name is simulated')
}

/** How many ended reads still answer a repeated `complete`. */
const COMPLETED_READS_MAX = 1_000

function forgetOldest(completed: Map<string, unknown>): void {
  if (completed.size <= COMPLETED_READS_MAX) return
  for (const oldest of completed.keys()) {
    completed.delete(oldest)
    return
  }
}

/** The seal binds what the card is asked to pay; the two must be one sale. */
function assertFits({ readId, money, context }: ReadRequest, readerId: string): void {
  assert(isAmountMinor(money.amountMinor), 'an amount is a whole number of minor units')
  assert(
    context.amountMinor === money.amountMinor && context.currency === money.currency,
    'the seal names the amount that the card is asked for',
  )
  assert(context.read === readId && context.reader === readerId, 'the seal names this read and this reader')
}
