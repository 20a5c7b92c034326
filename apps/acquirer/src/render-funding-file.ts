import { createHash } from 'node:crypto'

import { type FundingFile, paidMinorOf } from './funding-book.ts'

/**
 * Version 1 of docs/reference/funding-files.md: lines of JSON, a header, one line per item, and a trailer with count,
 * sums and the SHA-256 of every byte before it. So a file that is cut off, altered or glued together shows.
 */
export function renderFundingFile(file: FundingFile): string {
  const { file: id, acquirerId, merchant, currency, madeAtMs, items } = file
  const header = {
    format: 'holdfast-funding',
    version: 1,
    file: id,
    acquirerId,
    merchant,
    currency,
    madeAtMs,
  }
  const body = [header, ...items].map((line) => `${JSON.stringify(line)}\n`).join('')
  const trailer = {
    items: items.length,
    grossMinor: items.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    feesMinor: items.reduce((sum, { feeMinor }) => sum + feeMinor, 0),
    paidMinor: paidMinorOf(items),
    sha256: createHash('sha256').update(body).digest('hex'),
  }
  return `${body}${JSON.stringify(trailer)}\n`
}
