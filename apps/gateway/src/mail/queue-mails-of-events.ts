import type { Tx } from '../database/transaction.ts'
import type { OutboxRow } from '../events/outbox-row.ts'
import { IS_TAKEN } from '../payments/payment-queries.ts'
import { type MailKind, queueMail } from './queue-mail.ts'

/** Who writes to the customer knows whether the money has moved; the seller hears what a stored sale has come to. */
const KINDS: Readonly<Record<string, MailKind>> = {
  'offline_payment.received': 'receipt_stored',
  'payment_intent.succeeded': 'receipt',
  'offline_payment.declined': 'payment_declined',
  'offline_payment.expired': 'payment_declined',
}

/**
 * The mails that follow from events, in the transaction that publishes them. The events were written with their causes,
 * so no cause is without its mail, and no payment has waited for one.
 */
export async function queueMailsOfEvents(tx: Tx, rows: readonly OutboxRow[], nowMs: number): Promise<void> {
  const wanted = rows.filter(({ type }) => Object.hasOwn(KINDS, type))
  if (wanted.length === 0) return
  const reachable = await readReachable(tx, wanted)
  for (const { account, mode, type, objectId } of wanted) {
    const kind = KINDS[type]
    const reach = reachable.get(`${account} ${objectId}`)
    if (kind === undefined || reach === undefined) continue
    const hasReader = kind === 'payment_declined' ? reach.seller : reach.customer
    if (hasReader) await queueMail(tx, { account, mode, kind, about: objectId, nowMs })
  }
}

interface Reach {
  readonly account: string
  readonly payment: string
  readonly seller: boolean
  readonly customer: boolean
}

/** By account and payment: ids are made by devices, so two accounts could have the same. */
async function readReachable(tx: Tx, rows: readonly OutboxRow[]): Promise<ReadonlyMap<string, Reach>> {
  const found = await tx.query<Reach>(
    `select p.account, p.payment, a.notice_email is not null as seller,
       exists (select from records r where r.account = p.account and r.payment = p.payment and r.contact is not null
         and ${IS_TAKEN})
       or exists (select from payment_notes n where n.account = p.account and n.object = p.payment
         and n.receipt_email is not null) as customer
     from unnest($1::text[], $2::text[]) as v(account, payment)
     join payments p using (account, payment) join accounts a using (account)`,
    [rows.map(({ account }) => account), rows.map(({ objectId }) => objectId)],
  )
  return new Map(found.rows.map((row) => [`${row.account} ${row.payment}`, row]))
}
