import type { DemoMoney, DemoPayout } from './close-of-day.ts'
import { euros } from './demo-sales.ts'

/** Each payout with every payment in it (ST16). */
export function renderMoney({ payouts }: DemoMoney): string {
  return payouts.map(renderPayout).join('\n\n')
}

export function grossMinorOf({ payouts }: DemoMoney): number {
  return payouts.flatMap(({ items }) => items).reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}

function renderPayout({ payoutId, status, amountMinor, items }: DemoPayout): string {
  const column = (minor: number): string => euros(minor).padStart(9)
  const line = (name: string, amount: number, fee: number, net: number): string =>
    `  ${name.padEnd(27)}${column(amount)}${column(-fee)}${column(net)}`
  const sum = (of: 'amountMinor' | 'feeMinor' | 'netMinor'): number =>
    items.reduce((total, item) => total + item[of], 0)
  return [
    `Payout ${payoutId}, ${status} by the acquirer: ${euros(amountMinor)} EUR`,
    `  ${'payment'.padEnd(27)}${'amount'.padStart(9)}${'fee'.padStart(9)}${'net'.padStart(9)}`,
    ...items.map((item) => line(item.paymentId, item.amountMinor, item.feeMinor, item.netMinor)),
    line(`${items.length} payments`, sum('amountMinor'), sum('feeMinor'), sum('netMinor')),
  ].join('\n')
}
