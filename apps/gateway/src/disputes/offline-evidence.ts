import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { amountText } from '../text/amount-text.ts'
import { IS_TAKEN } from '../payments/payment-queries.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { DisputeEvidence } from './dispute.ts'

interface SaleFacts {
  readonly amount_minor: number
  readonly currency: string
  readonly opened_ms: number
  readonly stored_ms: number | null
  readonly word_kind: string | null
  readonly reference: string | null
  readonly operator: string | null
  readonly terminal_id: string
  readonly location: string
  readonly brand: string
  readonly last4: string
  readonly entry_mode: string
  readonly cvm: string
  readonly aid: string
  readonly application_label: string
  readonly receipt: Readonly<Record<string, unknown>> | null
  readonly approval_code: string | null
  readonly response_code: string | null
  readonly rrn: string | null
  readonly stan: string | null
  readonly hash: string | null
  readonly seq: number | null
  readonly header: string | null
  readonly signature: string | null
  readonly tries: number
}

/**
 * ST1: what answers most claims about a sale, as the device signed it at that moment: when and where, how the card was
 * read and its holder verified, what the chip said, and why nobody was asked. Never a card number: records have none.
 */
export async function offlineEvidence(
  tx: Tx,
  { account, mode, paymentId }: { readonly account: string; readonly mode: Mode; readonly paymentId: string },
): Promise<DisputeEvidence> {
  const { rows } = await tx.query<SaleFacts>({
    text: `select p.amount_minor, p.currency, p.opened_ms, p.stored_ms, p.word_kind, p.reference, p.operator,
        p.terminal_id, p.location, a.brand, a.last4, a.entry_mode, a.cvm, a.aid, a.application_label, a.receipt,
        a.approval_code, a.response_code, a.rrn, a.stan, r.hash, r.seq, r.header, r.signature,
        (select count(*)::integer from attempts t where t.account = p.account and t.payment = p.payment) as tries
      from payments p
      join lateral (
        select * from attempts a where a.account = p.account and a.payment = p.payment
        order by (a.state = 'approved' and a.wanted) desc, a.number desc limit 1
      ) a on true
      left join lateral (
        select hash, seq, header, signature from records r
        where r.account = p.account and r.payment = p.payment and r.kind = 'payment.accepted' and ${IS_TAKEN}
        order by r.received_ms limit 1
      ) r on true
      where p.account = $1 and p.mode = $2 and p.payment = $3`,
    values: [account, mode, paymentId],
    types: numericTypes,
  })
  const sale = rows[0]
  if (sale === undefined) return {}
  const soldAt = new Date(sale.opened_ms).toISOString()
  return {
    service_date: soldAt.slice(0, 10),
    ...(sale.reference === null ? {} : { product_description: `Sale ${sale.reference}` }),
    uncategorized_text: textOf(sale, soldAt),
  }
}

function textOf(sale: SaleFacts, soldAt: string): string {
  const amount = amountText(String(sale.amount_minor), sale.currency)
  const lines = [
    `Card-present sale of ${amount} at ${soldAt}, terminal ${sale.terminal_id}, location ${sale.location}` +
      `${sale.operator === null ? '' : `, operator ${sale.operator}`}.`,
    `Card: ${sale.brand} ending in ${sale.last4}, read by ${sale.entry_mode}, holder verified by ${sale.cvm}, ` +
      `application ${sale.application_label} (${sale.aid}).`,
    `Issuer: approval ${sale.approval_code ?? 'none'}, response ${sale.response_code ?? 'none'}, RRN ` +
      `${sale.rrn ?? 'none'}, STAN ${sale.stan ?? 'none'}, tries ${sale.tries}.`,
  ]
  if (sale.receipt !== null) lines.push(`Chip: ${JSON.stringify(sale.receipt)}`)
  if (sale.stored_ms !== null) {
    const storedAt = new Date(sale.stored_ms).toISOString()
    lines.push(`Taken without a connection (${sale.word_kind}) at ${storedAt}; the record below says why.`)
  }
  if (sale.header !== null) {
    lines.push(`Record ${sale.seq} of the device's journal, SHA-256 ${sale.hash}:`, sale.header)
    lines.push(`Ed25519 signature of the device over these bytes: ${sale.signature}`)
  }
  return lines.join('\n')
}
