import type { ReceivedCardRequest } from '@holdfast/iso8583'

import type { JournalEntry } from './journal-entry.ts'
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

/** What a transaction on file is known by. */
export function idsOfEntry({
  acquirerId,
  terminal,
  stan,
  localDate,
  localTime,
  rrn,
}: JournalEntry): TransactionIds {
  return { acquirerId, terminal, stan, localDate, localTime, rrn }
}
