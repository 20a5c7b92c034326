import type { LinkOwnership } from '../store/gateway-store.ts'

/** STANs that the database has set aside for this owner; a crash wastes the rest of a block and repeats none. */
export interface StanBlock {
  readonly ownership: LinkOwnership
  left(): number
  /** Six digits; null when the block is used up. */
  next(): string | null
}

const STAN_MAX = 999_999

export function createStanBlock(
  ownership: LinkOwnership,
  count: number,
  before: StanBlock | null,
): StanBlock {
  const queue = before !== null && before.ownership.generation === ownership.generation ? drain(before) : []
  for (let i = 0; i < count; i += 1) queue.push(((ownership.firstStan - 1 + i) % STAN_MAX) + 1)
  return {
    ownership,
    left: () => queue.length,
    next: () => queue.shift()?.toString().padStart(6, '0') ?? null,
  }
}

function drain(block: StanBlock): number[] {
  const rest: number[] = []
  for (let stan = block.next(); stan !== null; stan = block.next()) rest.push(Number(stan))
  return rest
}
