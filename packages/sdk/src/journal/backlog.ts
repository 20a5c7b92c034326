import type { RecordHeader } from '@holdfast/protocol'
import type { Backlog } from './journal-store.ts'

export const NO_BACKLOG: Backlog = { count: 0, sums: {}, voids: 0 }

/** A record was written. */
export function addToBacklog(backlog: Backlog, header: RecordHeader): Backlog {
  return move(backlog, header, 1)
}

/** A record that had no verdict has one now. */
export function takeFromBacklog(backlog: Backlog, header: RecordHeader): Backlog {
  return move(backlog, header, -1)
}

function move(backlog: Backlog, header: RecordHeader, direction: 1 | -1): Backlog {
  if (header.kind === 'payment.voided') return { ...backlog, voids: backlog.voids + direction }
  if (header.kind !== 'payment.accepted') return backlog
  const sumMinor = (backlog.sums[header.currency] ?? 0) + direction * header.amountMinor
  return {
    ...backlog,
    count: backlog.count + direction,
    sums: { ...backlog.sums, [header.currency]: sumMinor },
  }
}
