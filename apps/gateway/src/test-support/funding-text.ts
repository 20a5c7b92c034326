import { createHash } from 'node:crypto'
import type { FundingItem } from '../funding/read-funding-file.ts'
import { rrnOf, stanOf } from './closed-batch.ts'
import { SALE_MS } from './money-shop.ts'

/** A file as an acquirer writes it. `changes` are made to its trailer. */
export function fundingText(
  file: string,
  items: readonly FundingItem[],
  changes: Readonly<Record<string, unknown>> = {},
  currency = '978',
): string {
  const header = {
    format: 'holdfast-funding',
    version: 1,
    file,
    acquirerId: '100001',
    merchant: 'HOLDFAST0000001',
    currency,
    madeAtMs: SALE_MS + 1_000,
  }
  const body = [header, ...items].map((line) => `${JSON.stringify(line)}\n`).join('')
  const grossMinor = items.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const feesMinor = items.reduce((sum, { feeMinor }) => sum + feeMinor, 0)
  const sha256 = createHash('sha256').update(body).digest('hex')
  const trailer = { items: items.length, grossMinor, feesMinor, paidMinor: grossMinor - feesMinor, sha256 }
  return `${body}${JSON.stringify({ ...trailer, ...changes })}\n`
}

/** Payment `n` of a closed batch, of `n` cents, as the acquirer pays it. */
export function saleItem(n: number, feeMinor: number, amountMinor = n, batch = '000001'): FundingItem {
  return { kind: 'sale', terminal: 'HF000001', batch, stan: stanOf(n), rrn: rrnOf(n), amountMinor, feeMinor }
}
