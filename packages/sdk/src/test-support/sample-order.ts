import type { OrderStatement } from '@holdfast/protocol'

/** Order `W-n` of ten euros and n cents, from the web shop. */
export function sampleOrder(n: number, change: Partial<OrderStatement> = {}): OrderStatement {
  return {
    order: `ord_${String(n).padStart(24, '0')}`,
    location: 'loc_000000000000000000000001',
    revision: 1,
    state: 'open',
    channel: 'Web shop',
    number: `W-${n}`,
    amountMinor: 1_000 + n,
    currency: 'eur',
    lines: [{ name: 'Lunch', quantity: 1, amountMinor: 1_000 + n }],
    note: '',
    placedMs: 1_790_000_000_000 + n,
    ...change,
  }
}
