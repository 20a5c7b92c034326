import { buildReconciliationRequest, parseReconciliationAnswer } from '@holdfast/iso8583'

import type { Host } from '../host.ts'

/** Closes the batch of terminal T1 over these sales and refunds. */
export function settleBatch(
  host: Host,
  batchNumber: string,
  salesMinor: readonly number[],
  refundsMinor: readonly number[] = [],
): void {
  const reply = host.handle(
    buildReconciliationRequest({
      repeat: false,
      transmittedAtMs: Date.UTC(2026, 10, 21, 22, 0, 0),
      stan: '900001',
      localTime: { MMDD: '1121', hhmmss: '230000' },
      settlementDate: '1121',
      acquirerId: '123456',
      terminalId: 'T1',
      merchantId: 'SHOP1',
      currencyNumeric: '978',
      batchNumber,
      totals: {
        credits: refundsMinor.length,
        creditsMinor: sum(refundsMinor),
        reversedCredits: 0,
        reversedCreditsMinor: 0,
        debits: salesMinor.length,
        debitsMinor: sum(salesMinor),
        reversedDebits: 0,
        reversedDebitsMinor: 0,
      },
    }),
  )
  const parsed = reply.kind === 'answer' ? parseReconciliationAnswer(reply.message) : undefined
  if (parsed?.ok !== true || parsed.value.responseCode !== '00')
    throw new Error('the batch is not in balance')
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
