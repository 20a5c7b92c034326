import { decidedReviews, waitingPayments, waitingRecords } from '../review/waiting.ts'
import { amountText } from '../text/amount-text.ts'
import type { Command } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

const DECIDED_SHOWN = 20

export const reviewListCommand: Command = {
  name: 'review list',
  usage: '[--account <acct_…>]',
  summary: 'payments and records of devices that wait for a person, and what was decided last',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const account = asked.text('account')
      const say = (head: readonly string[], lines: readonly (readonly string[])[]): void => {
        for (const line of renderTable(head, lines)) operator.say(line)
      }
      const payments = await waitingPayments(pool, account)
      say(
        ['payment', 'mode', 'amount', 'why', 'sold', 'device'],
        payments.map(({ payment, mode, amountMinor, currency, attention, openedMs, device }) => [
          payment,
          mode,
          amountText(amountMinor, currency),
          attention,
          isoOf(openedMs),
          device,
        ]),
      )
      operator.say('')
      const records = await waitingRecords(pool, account)
      say(
        ['device', 'payment', 'set aside because', 'records', 'amount', 'card', 'came in'],
        records.map(({ device, payment, code, count, amountMinor, currency, card, receivedMs }) => [
          device,
          payment ?? '',
          code,
          String(count),
          amountMinor === null || currency === null ? '' : amountText(amountMinor, currency),
          card ?? '',
          isoOf(receivedMs),
        ]),
      )
      const decided = await decidedReviews(pool, { account, limit: DECIDED_SHOWN })
      if (decided.length === 0) return 0
      operator.say('')
      say(
        ['decided', 'payment', 'had waited for', 'by', 'at', 'note'],
        decided.map(({ decision, payment, device, waitedFor, decidedBy, decidedMs, note }) => [
          decision,
          payment ?? device,
          waitedFor,
          decidedBy,
          isoOf(decidedMs),
          note,
        ]),
      )
      return 0
    })
  },
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
