import { isAmountMinor, isCurrency } from '@holdfast/core'
import { errorTable, type Mode } from '@holdfast/protocol'
import { transaction } from '../database/transaction.ts'
import { REFUND_COLUMNS, refundOf, type RefundRow } from '../refunds/refund.ts'
import { requestUnlinkedRefund, setUnlinkedRefundLimit } from '../refunds/request-unlinked-refund.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { amountText } from '../text/amount-text.ts'
import { noteCommand } from './note-command.ts'
import { type Command, idsOf, isConfirmed } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

export const refundsListCommand: Command = {
  name: 'refunds list',
  usage: '[--account <acct_…>] [--open]',
  summary: 'money that went back or is on its way, newest first, the last hundred',
  options: { account: { type: 'string' }, open: { type: 'boolean' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<RefundRow>({
        text: `select ${REFUND_COLUMNS} from refunds
          where ($1::text is null or account = $1) and (not $2 or status in ('waiting_parent', 'submitted'))
          order by created_ms desc, refund desc limit 100`,
        values: [asked.text('account'), asked.has('open')],
        types: numericTypes,
      })
      const lines = rows
        .map(refundOf)
        .map((refund) => [
          refund.refundId,
          refund.mode,
          amountText(String(refund.amountMinor), refund.currency),
          refund.state.status,
          refund.paymentId ?? `unlinked, let pass by ${refund.approver}: ${refund.note}`,
          new Date(refund.createdMs).toISOString(),
        ])
      const head = ['refund', 'mode', 'amount', 'status', 'payment', 'asked']
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const refundsUnlinkedCommand: Command = {
  name: 'refunds unlinked',
  usage:
    '<pi_… of the same card> --amount-minor <n> --currency eur --approver <name> --reason <words> [--yes]',
  summary: 'gives money to a card without the sale that it was for, by a supervisor, within the limit',
  noted: 'reason_optional',
  options: {
    'amount-minor': { type: 'string' },
    currency: { type: 'string' },
    approver: { type: 'string' },
    reason: { type: 'string' },
    yes: { type: 'boolean' },
  },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const cardPaymentId = asked.words[0] ?? ''
    const amountMinor = Number(asked.text('amount-minor') ?? '')
    const currency = asked.text('currency') ?? ''
    if (!isAmountMinor(amountMinor) || !isCurrency(currency)) {
      operator.note('Say --amount-minor (cents) and --currency.')
      return 1
    }
    const would = `${amountText(String(amountMinor), currency)} would go to the card of ${cardPaymentId}.`
    if (!isConfirmed(asked, operator, would)) return 3
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<{ account: string; mode: Mode }>(
        'select account, mode from payments where payment = $1',
        [cardPaymentId],
      )
      const scope = rows[0]
      if (scope === undefined) {
        operator.note(`There is no payment ${cardPaymentId}.`)
        return 1
      }
      const wanted = {
        ...scope,
        cardPaymentId,
        currency,
        amountMinor,
        operator: null,
        approver: asked.text('approver') ?? '',
        note: asked.text('reason') ?? '',
        metadata: {},
      }
      const result = await transaction(pool, async (tx) => {
        const requested = await requestUnlinkedRefund(tx, wanted, idsOf(operator))
        if (requested.ok) await noteCommand(tx, asked, operator, scope)
        return requested
      })
      if (result.ok) operator.say(`${result.refund.refundId} is submitted.`)
      else operator.note(errorTable[result.refusal].message)
      return result.ok ? 0 : 1
    })
  },
}

export const refundsLimitCommand: Command = {
  name: 'refunds limit',
  usage: '<acct_…> --currency eur (--per-refund-minor <n> --per-day-minor <n> | --none)',
  summary: 'how much may be refunded without its payment; nothing, until this is set',
  noted: 'reason_optional',
  options: {
    currency: { type: 'string' },
    'per-refund-minor': { type: 'string' },
    'per-day-minor': { type: 'string' },
    none: { type: 'boolean' },
  },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const account = asked.words[0] ?? ''
    const currency = asked.text('currency') ?? ''
    const perRefundMinor = Number(asked.text('per-refund-minor') ?? '')
    const perDayMinor = Number(asked.text('per-day-minor') ?? '')
    const isLimit =
      isAmountMinor(perRefundMinor) && isAmountMinor(perDayMinor) && perRefundMinor <= perDayMinor
    if (!isCurrency(currency) || (!asked.has('none') && !isLimit)) {
      operator.note(
        'Say --currency, and --none or both limits in minor units, the day’s not below the refund’s.',
      )
      return 1
    }
    const limit = asked.has('none') ? null : { perRefundMinor, perDayMinor }
    return withDatabase(operator, async (pool) => {
      await transaction(pool, async (tx) => {
        await setUnlinkedRefundLimit(tx, account, currency, limit)
        await noteCommand(tx, asked, operator, { account, mode: null })
      })
      operator.say(limit === null ? 'Refunds without their payment are off.' : 'The limit is set.')
      return 0
    })
  },
}
