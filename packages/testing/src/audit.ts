import type { AuditDifference, AuditInput, AuditReport, AuditSale } from './audit-input.ts'
import { collectSales } from './audit-sales.ts'
import { differencesOf } from './audit-differences.ts'
import { refundDifferences } from './audit-refunds.ts'

/**
 * Joins what the devices, the gateway and the acquirer each say of the same sales and lists every contradiction. Pure:
 * the simulation, the demo, the end-to-end tests and `npm run audit` all end with this function.
 *
 * A contradiction counts only where nothing is under way any more that would end it: what is queued on a device, being
 * asked or being reversed is `pending`. `sales` = authorised + declined + voided + pending.
 */
export function auditSales(input: AuditInput): AuditReport {
  const { sales, strangers } = collectSales(input)
  const counts = { authorised: 0, declined: 0, voided: 0, pending: 0 }
  const differences: AuditDifference[] = []
  let accepted = 0
  for (const sale of sales) {
    if (isAccepted(sale)) accepted += 1
    counts[standingOf(sale)] += 1
    differences.push(...differencesOf(sale))
  }
  for (const entry of strangers) {
    differences.push({
      code: 'acquirer_unknown',
      paymentId: null,
      detail: `the acquirer charges ${entry.chargedMinor} for RRN ${entry.rrn}, STAN ${entry.stan} of terminal ${entry.terminal.trim()}, which no payment names`,
      remedy: 'Reverse it at the acquirer, then find out which gateway sent it.',
    })
  }
  differences.push(...refundDifferences(input))
  return { sales: sales.length, accepted, ...counts, differences }
}

type Standing = 'authorised' | 'declined' | 'voided' | 'pending'

function standingOf(sale: AuditSale): Standing {
  if (sale.inMotion) return 'pending'
  const { status } = sale.gateway ?? {}
  if (status === 'succeeded' || status === 'requires_capture') return 'authorised'
  if (status === 'declined') return 'declined'
  return sale.word === 'voided' ? 'voided' : 'pending'
}

function isAccepted(sale: AuditSale): boolean {
  return sale.word === 'accepted'
}
