import type { Currency } from '@holdfast/core'
import type { AuditAttempt, AuditGatewayPayment, AuditGatewayRefund, AuditIncrement } from '@holdfast/testing'
import { Client } from 'pg'

export interface GatewayTables {
  readonly payments: readonly AuditGatewayPayment[]
  readonly refunds: readonly AuditGatewayRefund[]
  readonly devices: readonly { readonly deviceId: string; readonly name: string }[]
}

interface PaymentRow {
  readonly payment: string
  readonly device: string
  readonly terminal_id: string
  readonly amount_minor: string
  readonly currency: Currency
  readonly status: AuditGatewayPayment['status']
  readonly word: AuditGatewayPayment['word']
  readonly attention: string | null
  readonly captured_minor: string | null
  readonly is_presented: boolean | null
}

interface RefundRow {
  readonly refund: string
  readonly payment: string | null
  readonly terminal_id: string
  readonly amount_minor: string
  readonly currency: Currency
  readonly status: AuditGatewayRefund['status']
}

interface AttemptRow extends Pick<AuditAttempt, 'state' | 'stan' | 'rrn'> {
  readonly payment: string
  readonly approval_code: string | null
  readonly approved_minor: string | null
}

interface IncrementRow extends Pick<AuditIncrement, 'state' | 'rrn'> {
  readonly payment: string
  readonly amount_minor: string
}

const PAYMENTS = `
  select p.payment, p.device, p.terminal_id, p.amount_minor::text, p.currency, p.status, p.word, p.attention,
    coalesce(t.amount_minor, c.amount_minor)::text as captured_minor,
    c.state = 'presented' and t.presentment is null as is_presented
  from payments p
  left join captures c on c.account = p.account and c.payment = p.payment and c.state <> 'canceled'
  left join presentments t on t.account = c.account and t.subject_kind = 'tip' and t.subject = c.capture
    and t.state in ('sent', 'unknown', 'refused')`
const ATTEMPTS =
  'select payment, state, stan, rrn, approval_code, approved_minor::text from attempts order by payment, number'
const INCREMENTS = 'select payment, state, rrn, amount_minor::text from increments order by created_ms'
/** Of the terminal whose link asks the acquirer: the payment's, or that of the card that gets the money. */
const REFUNDS = `
  select r.refund, r.payment, p.terminal_id, r.amount_minor::text, r.currency, r.status
  from refunds r join payments p on p.account = r.account and p.payment = r.card_payment
  order by r.created_ms, r.refund`
const DEVICES = 'select device as "deviceId", name from devices order by created_ms'

/** What the gateway has written down, of one moment. */
export async function readGatewayTables(connectionString: string): Promise<GatewayTables> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    await client.query('begin transaction isolation level repeatable read read only')
    const payments = await client.query<PaymentRow>(PAYMENTS)
    const attempts = await client.query<AttemptRow>(ATTEMPTS)
    const increments = await client.query<IncrementRow>(INCREMENTS)
    const refunds = await client.query<RefundRow>(REFUNDS)
    const devices = await client.query<GatewayTables['devices'][number]>(DEVICES)
    await client.query('commit')
    const attemptsOf = Map.groupBy(attempts.rows, ({ payment }) => payment)
    const incrementsOf = Map.groupBy(increments.rows, ({ payment }) => payment)
    return {
      payments: payments.rows.map((row) => ({
        ...auditPayment(row, attemptsOf.get(row.payment) ?? []),
        increments: (incrementsOf.get(row.payment) ?? []).map(({ state, rrn, amount_minor: amount }) => ({
          state,
          rrn,
          amountMinor: Number(amount),
        })),
      })),
      refunds: refunds.rows.map(({ amount_minor, currency, ...row }) => ({
        refundId: row.refund,
        paymentId: row.payment,
        terminalId: row.terminal_id,
        money: { amountMinor: Number(amount_minor), currency },
        status: row.status,
      })),
      devices: devices.rows,
    }
  } finally {
    await client.end()
  }
}

function auditPayment(row: PaymentRow, attempts: readonly AttemptRow[]): AuditGatewayPayment {
  return {
    paymentId: row.payment,
    deviceId: row.device,
    terminalId: row.terminal_id,
    money: { amountMinor: Number(row.amount_minor), currency: row.currency },
    status: row.status,
    word: row.word,
    attempts: attempts.map(({ state, stan, rrn, approval_code: approvalCode, approved_minor: part }) => ({
      state,
      stan,
      rrn,
      approvalCode,
      approvedMinor: part === null ? null : Number(part),
    })),
    attention: row.attention,
    captured:
      row.captured_minor === null
        ? null
        : { amountMinor: Number(row.captured_minor), isPresented: row.is_presented === true },
  }
}
