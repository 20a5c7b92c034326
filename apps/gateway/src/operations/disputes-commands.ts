import type { DisputeEvent } from '@holdfast/core'
import { errorTable, type Mode } from '@holdfast/protocol'
import { readFileSync } from 'node:fs'
import { transaction } from '../database/transaction.ts'
import { importChargebacks } from '../disputes/import-chargebacks.ts'
import { moveDispute } from '../disputes/move-dispute.ts'
import { amountText } from '../text/amount-text.ts'
import { noteCommand } from './note-command.ts'
import { type Command, idsOf, isConfirmed } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

export const disputesListCommand: Command = {
  name: 'disputes list',
  usage: '[--account <acct_…>]',
  summary: 'a hundred disputes: those to be answered by their deadline, then the newest of all others',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<{
        dispute: string
        mode: string
        payment: string
        minor: string
        currency: string
        reason: string
        status: string
        due_ms: number | null
      }>(
        `select dispute, mode, payment, amount_minor::text as minor, currency, reason_code || ' ' || reason as reason,
           status, due_ms::float8 as due_ms
         from disputes where $1::text is null or account = $1
         order by due_ms nulls last, created_ms desc limit 100`,
        [asked.text('account')],
      )
      const lines = rows.map((row) => [
        row.dispute,
        row.mode,
        row.payment,
        amountText(row.minor, row.currency),
        row.reason,
        row.status,
        row.due_ms === null ? '' : new Date(row.due_ms).toISOString(),
      ])
      const head = ['dispute', 'mode', 'payment', 'amount', 'reason', 'status', 'answer by']
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const disputesImportCommand: Command = {
  name: 'disputes import',
  usage: '<file.json>',
  summary: 'opens a dispute for each new line of the acquirer’s list of chargebacks; safe to repeat',
  options: {},
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const lines: unknown = JSON.parse(readFileSync(asked.words[0] ?? '', 'utf8'))
    if (!Array.isArray(lines)) {
      operator.note('The file is not a list of chargebacks.')
      return 1
    }
    return withDatabase(operator, async (pool) => {
      const { opened, moved, repeated, unmatched } = await importChargebacks(pool, lines, idsOf(operator))
      operator.say(
        `${opened} opened, ${moved} a step further, ${repeated} known before, ${unmatched} kept because they fit no payment.`,
      )
      return unmatched === 0 ? 0 : 1
    })
  },
}

export const disputesSettleCommand: Command = {
  name: 'disputes settle',
  usage: '<du_…> (--won | --lost) [--yes]',
  noted: 'reason_optional',
  summary: 'writes down how the issuer has decided; what is won is credited at once',
  options: { won: { type: 'boolean' }, lost: { type: 'boolean' }, yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const disputeId = asked.words[0] ?? ''
    const atMs = operator.nowMs()
    if (asked.has('won') === asked.has('lost')) {
      operator.note('Say one of --won, --lost.')
      return 1
    }
    const event: DisputeEvent = asked.has('won') ? { type: 'won', atMs } : { type: 'lost', atMs }
    if (!isConfirmed(asked, operator, `${disputeId} would be written down as ${event.type}.`)) return 3
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<{ account: string; mode: Mode }>(
        'select account, mode from disputes where dispute = $1',
        [disputeId],
      )
      const scope = rows[0]
      if (scope === undefined) {
        operator.note(`There is no dispute ${disputeId}.`)
        return 1
      }
      const key = { ...scope, disputeId }
      const ids = idsOf(operator)
      const result = await transaction(pool, async (tx) => {
        const moved = await moveDispute(tx, key, event, atMs, ids)
        if (moved.ok) await noteCommand(tx, asked, operator, scope)
        return moved
      })
      if (result.ok) operator.say(`${disputeId} is ${result.dispute.state.status}.`)
      else operator.note(errorTable[result.refusal].message)
      return result.ok ? 0 : 1
    })
  },
}
