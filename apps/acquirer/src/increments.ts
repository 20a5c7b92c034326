import type { Increment, JournalEntry, Transaction } from './journal-entry.ts'
import type { AskedAgainLine, IncrementedLine, ReversedLine, TransactionIds } from './journal.ts'

/** What the issuer holds for a sale, whatever was told of it since: the first approval and what still stands on top. */
export function heldMinor({ approvedMinor = 0, increments = [] }: JournalEntry): number {
  return increments.filter(stands).reduce((sum, { answeredMinor }) => sum + answeredMinor, approvedMinor)
}

/** Once a final amount was told, that is charged, and no hold counts any more. */
export function withIncrement(before: Transaction, line: IncrementedLine): Transaction {
  const { event: _event, ids: _sale, increment, ...facts } = line
  const { increments = [] } = before.entry
  return charging(before, [...increments, { ids: increment, ...facts, reversed: false, timesAsked: 1 }])
}

export function withIncrementAskedAgain(
  before: Transaction,
  { increment }: Required<Pick<AskedAgainLine, 'increment'>>,
): Transaction {
  return charging(
    before,
    changed(before, increment, ({ timesAsked }) => ({ timesAsked: timesAsked + 1 })),
  )
}

export function withIncrementReversed(
  before: Transaction,
  { increment }: Required<Pick<ReversedLine, 'increment'>>,
): Transaction {
  return charging(
    before,
    changed(before, increment, () => ({ reversed: true })),
  )
}

function charging(before: Transaction, increments: readonly Increment[]): Transaction {
  const entry = { ...before.entry, increments }
  const isHeld = before.authorised?.outcome === 'approved' && !entry.reversed
  if (!isHeld || entry.completedMinor !== undefined) return { ...before, entry }
  return { ...before, entry: { ...entry, chargedMinor: heldMinor(entry) } }
}

function changed(
  { entry: { increments = [] } }: Transaction,
  wanted: TransactionIds,
  change: (increment: Increment) => Partial<Increment>,
): Increment[] {
  return increments.map((increment) =>
    increment.ids.rrn === wanted.rrn && increment.ids.stan === wanted.stan
      ? { ...increment, ...change(increment) }
      : increment,
  )
}

function stands({ outcome, reversed }: Increment): boolean {
  return outcome === 'approved' && !reversed
}
