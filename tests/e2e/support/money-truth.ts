import { jsonRequest } from '../../../apps/local/src/process/json-request.ts'
import type { BareStack } from './bare-stack.ts'

/** One payment with what the gateway has taken and given back of it. Minor units. */
export interface MoneyOfPayment {
  readonly payment: string
  readonly terminal: string
  readonly rrn: string
  readonly captured: number
  readonly refunded: number
  /** Refunds that the acquirer has paid, by the gateway's word. */
  readonly refunds: number
}

interface Entry {
  readonly rrn: string
  readonly terminal: string
  readonly kind: string
  readonly outcome: string
  readonly reversed: boolean
  readonly chargedMinor: number
  readonly refundedMinor?: number
  readonly saleRrn?: string
}

/** By the gateway's tables. */
export function moneyOfGateway(stack: BareStack): Promise<MoneyOfPayment[]> {
  return stack.query<MoneyOfPayment>(`
    select c.payment, p.terminal_id as terminal, a.rrn, c.amount_minor::integer as captured,
      coalesce((select sum(r.amount_minor) from refunds r
        where r.account = c.account and r.payment = c.payment and r.status = 'succeeded'), 0)::integer as refunded,
      (select count(*) from refunds r
        where r.account = c.account and r.payment = c.payment and r.status = 'succeeded')::integer as refunds
    from captures c join payments p using (account, payment) join attempts a using (account, payment)
    where c.state = 'presented' and a.charge = c.charge`)
}

/** Every contradiction between what the gateway has taken and given back and what the acquirer has, in words. */
export async function moneyDifferences(stack: BareStack): Promise<string[]> {
  const journal = (await jsonRequest(`${stack.controlUrl}/journal`, { timeoutMs: 10_000 }))?.body as Entry[]
  const known = await moneyOfGateway(stack)
  const differences: string[] = []
  const rrns = new Set(known.map(({ rrn }) => rrn))
  for (const { payment, rrn, captured, refunded, refunds } of known) {
    const sale = journal.find((entry) => entry.rrn === rrn && entry.kind !== 'refund')
    const back = journal.filter(
      (entry) => entry.saleRrn === rrn && entry.outcome === 'approved' && !entry.reversed,
    )
    const backMinor = -back.reduce((sum, { chargedMinor }) => sum + chargedMinor, 0)
    if (sale?.chargedMinor !== captured || (sale.refundedMinor ?? 0) !== refunded)
      differences.push(
        `${payment}: ${captured} taken, ${refunded} given back; the acquirer: ${sale?.chargedMinor}, ${sale?.refundedMinor ?? 0}`,
      )
    if (back.length !== refunds || backMinor !== refunded)
      differences.push(
        `${payment}: ${refunds} refunds of ${refunded}; the acquirer: ${back.length} of ${backMinor}`,
      )
  }
  for (const { rrn, saleRrn, kind, chargedMinor } of journal) {
    const isKnown = kind === 'refund' ? rrns.has(saleRrn ?? '') : rrns.has(rrn)
    if (chargedMinor !== 0 && !isKnown) differences.push(`${kind} ${rrn} of ${chargedMinor} is nobody’s`)
  }
  return differences
}
