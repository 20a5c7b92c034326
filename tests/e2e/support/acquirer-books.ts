import { readFileSync } from 'node:fs'
import path from 'node:path'

/** A line of the acquirer's journal, as far as a test reads it. */
interface Line {
  readonly event: string
  readonly outcome?: 'approved' | 'declined'
  readonly ids?: { readonly terminal: string; readonly rrn: string; readonly stan: string }
}

export interface AcquirerBooks {
  readonly lines: number
  /** Terminal and RRN of each approval, as often as an issuer said it. */
  readonly approvals: readonly string[]
  readonly declines: readonly string[]
  /** Requests that were known again. */
  readonly repeats: number
  readonly reversals: number
  /** Approvals that an issuer gave again under a terminal and RRN that it had approved before. */
  readonly approvedAgain: readonly string[]
  /** Declines that were reversed as well: harmless there, and right only where the gateway never heard the answer. */
  readonly declinesReversed: readonly string[]
}

/** What the acquirer wrote down, whether it runs or not. */
export function readAcquirerBooks(home: string): AcquirerBooks {
  const lines = readFileSync(path.join(home, 'acquirer', 'journal.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    // Written by our own acquirer.
    .map((line) => JSON.parse(line) as Line)
  const decided = (outcome: string) =>
    lines.filter((line) => line.event === 'authorised' && line.outcome === outcome).map(nameOf)
  const approvals = decided('approved')
  const declines = decided('declined')
  const reversals = lines.filter(({ event }) => event === 'reversed').map(nameOf)
  return {
    lines: lines.length,
    approvals,
    declines,
    repeats: lines.filter(({ event }) => event === 'asked_again').length,
    reversals: reversals.length,
    approvedAgain: approvals.filter((name, at) => approvals.indexOf(name) !== at),
    declinesReversed: declines.filter((name) => reversals.includes(name)),
  }
}

function nameOf({ ids }: Line): string {
  return `${ids?.terminal.trim()} ${ids?.rrn}`
}
