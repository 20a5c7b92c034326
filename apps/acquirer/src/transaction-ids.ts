import type { ReceivedCardRequest } from '@holdfast/iso8583'

import type { TransactionIds } from './journal.ts'

/** What a message is known by; `stan`: its own, or that of the message which it is about. */
export function idsOf(
  message: Pick<ReceivedCardRequest, 'acquirerId' | 'terminalId' | 'rrn' | 'saleLocalTime'>,
  stan: string,
): TransactionIds {
  const { acquirerId, terminalId, rrn, saleLocalTime } = message
  const { MMDD: localDate, hhmmss: localTime } = saleLocalTime
  return { acquirerId, terminal: terminalId, stan, localDate, localTime, rrn }
}
