import { openContact } from '@holdfast/envelope'
import type { Crypto } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import type { GatewayKeys } from '../ports/gateway-keys.ts'
import { IS_TAKEN } from '../payments/payment-queries.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { NoticeLetterFacts } from './notice-letter.ts'
import type { MailKind } from './queue-mail.ts'
import { readNoticeLetter } from './read-notice-letter.ts'
import type { Language, LetterFacts } from './letter-texts.ts'

export interface QueuedMail {
  readonly account: string
  readonly mail: string
  readonly mode: Mode
  readonly kind: MailKind
  readonly about: string
  readonly state: 'queued' | 'sent' | 'dropped'
  readonly notice: string | null
  readonly language: Language
  readonly shop: string
}

export async function readQueuedMail(pool: Pool, account: string, mail: string): Promise<QueuedMail | null> {
  const { rows } = await pool.query<QueuedMail>(
    `select m.account, m.mail, m.mode, m.kind, m.about, m.state, a.notice_email as notice, a.language, a.name as shop
     from mails m join accounts a using (account) where m.account = $1 and m.mail = $2`,
    [account, mail],
  )
  return rows[0] ?? null
}

export interface Addressed {
  /** Only ever in memory: it is not logged and not kept in clear. */
  readonly to: string
  readonly facts: LetterFacts | NoticeLetterFacts
}

/** Null when nobody can be written to: the contact was deleted, or is a telephone number. */
export async function readLetter(
  { pool, crypto, keys }: { pool: Pool; crypto: Crypto; keys: Pick<GatewayKeys, 'sealKey'> },
  queued: QueuedMail,
): Promise<Addressed | null> {
  const { kind, notice, shop } = queued
  if (kind === 'webhook_disabled') {
    const url = await endpointUrl(pool, queued)
    return notice === null || url === null ? null : { to: notice, facts: { kind, shop, url } }
  }
  if (kind === 'notice') {
    const facts = await readNoticeLetter(pool, queued.account, queued.about)
    return notice === null || facts === null ? null : { to: notice, facts }
  }
  const payment = await readPayment(pool, queued)
  if (payment === undefined) return null
  const to =
    kind === 'payment_declined'
      ? notice
      : (payment.receiptEmail ?? (await openAddress({ crypto, keys }, queued, payment)))
  if (to === null) return null
  const { amountMinor, currency, soldMs, utcOffsetMin, brand, last4, location } = payment
  const card = last4 === null ? null : `${brand ?? ''} •••• ${last4}`.trim()
  const facts = { kind, shop, location, amountMinor, currency, soldMs, utcOffsetMin, card }
  return { to, facts: { ...facts, payment: queued.about } }
}

interface PaymentFacts {
  readonly device: string
  readonly location: string
  readonly amountMinor: number
  readonly currency: string
  readonly soldMs: number
  readonly utcOffsetMin: number
  readonly brand: string | null
  readonly last4: string | null
  readonly contact: string | null
  readonly receiptEmail: string | null
}

async function readPayment(pool: Pool, { account, about }: QueuedMail): Promise<PaymentFacts | undefined> {
  const { rows } = await pool.query<PaymentFacts>({
    text: `select p.device, l.name as location, coalesce(a.approved_minor, p.amount_minor) as "amountMinor", p.currency,
        p.opened_ms as "soldMs", p.utc_offset_min as "utcOffsetMin", a.brand, a.last4,
        n.receipt_email as "receiptEmail",
        (select r.contact from records r where r.account = p.account and r.payment = p.payment
          and r.contact is not null and ${IS_TAKEN} order by r.received_ms limit 1) as contact
      from payments p join locations l using (account, location)
      left join payment_notes n on n.account = p.account and n.object = p.payment
      left join lateral (select brand, last4, approved_minor from attempts a
        where a.account = p.account and a.payment = p.payment
        order by (state = 'approved' and wanted) desc, number desc limit 1) a on true
      where p.account = $1 and p.payment = $2`,
    values: [account, about],
    types: numericTypes,
  })
  return rows[0]
}

async function openAddress(
  { crypto, keys }: { crypto: Crypto; keys: Pick<GatewayKeys, 'sealKey'> },
  { account, mode, about }: QueuedMail,
  { device, contact }: PaymentFacts,
): Promise<string | null> {
  if (contact === null) return null
  const context = { account, mode, device, payment: about }
  return (await openContact(crypto, (keyId) => keys.sealKey(keyId), context, contact))?.email ?? null
}

async function endpointUrl(pool: Pool, { account, about }: QueuedMail): Promise<string | null> {
  const { rows } = await pool.query<{ url: string }>(
    'select url from webhook_endpoints where account = $1 and endpoint = $2',
    [account, about],
  )
  return rows[0]?.url ?? null
}
