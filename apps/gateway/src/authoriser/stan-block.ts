import type { LinkOwnership } from '../store/gateway-store.ts'

/** STANs that the database has set aside for this owner; a crash wastes the rest of a block and repeats none. */
export interface StanBlock {
  readonly ownership: LinkOwnership
  left(): number
  /** Six digits; null when the block is used up. */
  next(): string | null
  /** Those that are left. */
  rest(): readonly number[]
}

const STAN_MAX = 999_999

export function createStanBlock(
  ownership: LinkOwnership,
  count: number,
  before: StanBlock | null,
): StanBlock {
  const kept = before?.ownership.generation === ownership.generation ? before.rest() : []
  const fresh = Array.from({ length: count }, (_, i) => ((ownership.firstStan - 1 + i) % STAN_MAX) + 1)
  const stans = [...kept, ...fresh]
  let used = 0
  return {
    ownership,
    left: () => stans.length - used,
    rest: () => stans.slice(used),
    next() {
      const stan = stans[used]
      if (stan === undefined) return null
      used += 1
      return String(stan).padStart(6, '0')
    },
  }
}
