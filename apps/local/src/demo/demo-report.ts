import { owedMinor, type StoredPayment } from '@holdfast/sdk'

import { type DemoSale, euros } from './demo-sales.ts'

export interface DemoRow extends DemoSale {
  /** How it ended, from the device's journal after the drain. */
  readonly end: string
}

/** Each sale beside what became of it. */
export function demoRows(sales: readonly DemoSale[], payments: readonly StoredPayment[]): DemoRow[] {
  const byId = new Map(payments.map((payment) => [payment.paymentId, payment]))
  return sales.map((sale) => {
    const payment = sale.paymentId === null ? undefined : byId.get(sale.paymentId)
    return { ...sale, end: payment === undefined ? 'never opened' : endOf(payment) }
  })
}

/** What the cards of the day have brought. */
export function paidMinorOf(rows: readonly DemoRow[]): number {
  return rows
    .filter(({ end }) => end === 'paid' || end === 'paid in part')
    .reduce((sum, { amountMinor, owedMinor: owed = 0 }) => sum + amountMinor - owed, 0)
}

export function renderDemo(rows: readonly DemoRow[]): string {
  const head = ['device', 'card', 'EUR', 'network', 'at the counter', 'in the end']
  const cells = rows.map((row) => [
    row.device,
    row.card,
    euros(row.amountMinor).padStart(6),
    row.part,
    atCounter(row),
    row.end,
  ])
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  return [line(head), rule, ...cells.map(line), '', ...sums(rows)].join('\n')
}

function atCounter({ result, offlineKind, owedMinor, voiceCode, reason }: DemoRow): string {
  if (owedMinor !== undefined) return `${result} in part, ${euros(owedMinor)} owed`
  return [result, offlineKind, voiceCode, result === 'stored' ? undefined : reason].filter(Boolean).join(' ')
}

function sums(rows: readonly DemoRow[]): string[] {
  const ends = Map.groupBy(rows, ({ end }) => end)
  return [...ends].map(([end, all]) => {
    const sum = all.reduce((total, { amountMinor, owedMinor: owed = 0 }) => total + amountMinor - owed, 0)
    return `${String(all.length).padStart(3)} ${end}, ${euros(sum)} EUR`
  })
}

function endOf(payment: StoredPayment): string {
  switch (payment.state) {
    case 'ACCEPTED_ONLINE':
    case 'PROCESSED':
      return owedMinor(payment) === 0 ? 'paid' : 'paid in part'
    case 'FAILED_TO_PROCESS':
      return `declined ${payment.code} (${reasons[payment.code] ?? 'by the issuer'}): to be recovered`
    case 'VOIDED':
      return 'not sold'
    case 'OPEN':
      return 'open'
    case 'QUEUED':
    case 'UPLOADED':
    case 'FAILED_TO_UPLOAD':
      return `NOT DECIDED (${payment.state})`
  }
}

/** DE39, in few words. */
const reasons: Readonly<Record<string, string>> = {
  '05': 'do not honour',
  '43': 'stolen card',
  '51': 'not enough funds',
  '54': 'expired card',
  '57': 'not permitted to this card',
  '62': 'restricted card',
}
