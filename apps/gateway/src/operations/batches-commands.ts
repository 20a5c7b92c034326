import { errorTable } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { type BatchRow, findBatch, listBatches, sumsOf } from '../batches/batch-row.ts'
import { closeBatch } from '../batches/close-batch.ts'
import { transaction } from '../database/transaction.ts'
import { presentmentsOfBatch } from '../presentments/presentment-row.ts'
import { amountText } from '../text/amount-text.ts'
import type { Scope } from '../database/scope.ts'
import { noteCommand } from './note-command.ts'
import type { Command } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

const LIST_MAX = 100

export const batchesListCommand: Command = {
  name: 'batches list',
  usage: '[--account <acct_…>]',
  summary: 'batches of each terminal, newest first, the last hundred',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const rows = await listBatches(pool, { account: asked.text('account'), limit: LIST_MAX })
      const lines = await Promise.all(
        rows.map(async (row) => {
          const { debits, debitsMinor, credits, creditsMinor } = row.totals ?? (await sumsOf(pool, row))
          return [
            row.batchId,
            row.number,
            row.terminalId,
            row.state,
            String(debits),
            amountText(String(debitsMinor), row.currency),
            String(credits),
            amountText(String(creditsMinor), row.currency),
            new Date(row.closedMs ?? row.cutOffMs).toISOString(),
            row.attention ?? '',
          ]
        }),
      )
      const head = [
        'batch',
        'number',
        'terminal',
        'state',
        'sales',
        'amount',
        'refunds',
        'amount',
        'closed or cut-off',
        'why',
      ]
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const batchesCloseCommand: Command = {
  name: 'batches close',
  usage: '<bat_…> [--over-missing-tips]',
  summary: 'close a batch now; a gateway that runs does the rest',
  noted: 'reason_optional',
  options: { 'over-missing-tips': { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const key = await keyOf(pool, asked.words[0] ?? '')
      if (key === null) {
        operator.note('There is no batch of this id.')
        return 1
      }
      const terms = { nowMs: operator.nowMs(), overMissingTips: asked.has('over-missing-tips') }
      const closed = await transaction(pool, async (tx) => {
        const result = await closeBatch(tx, key, terms)
        if (result.ok) await noteCommand(tx, asked, operator, key)
        return result
      })
      if (!closed.ok) {
        const missing = closed.refusal === 'batch_tips_missing' ? ` There are ${closed.uncaptured}.` : ''
        operator.note(`${errorTable[closed.refusal].message}${missing}`)
        return 1
      }
      operator.say(`${key.batchId} is closing.`)
      return 0
    })
  },
}

export const batchesTicketCommand: Command = {
  name: 'batches ticket',
  usage: '<bat_…>',
  summary: 'the ticket of a batch: number, terminal, counts and sums, and each sale in it',
  options: {},
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const key = await keyOf(pool, asked.words[0] ?? '')
      const row = key === null ? null : await transaction(pool, (tx) => findBatch(tx, key))
      if (row === null) {
        operator.note('There is no batch of this id.')
        return 1
      }
      for (const line of await ticketOf(pool, row)) operator.say(line)
      return 0
    })
  },
}

async function ticketOf(pool: Pool, row: BatchRow): Promise<string[]> {
  const { number, terminalId, state, currency } = row
  const sums = row.totals ?? (await sumsOf(pool, row))
  const items = await presentmentsOfBatch(pool, row)
  const amount = (minor: number): string => amountText(String(minor), currency)
  const lines = items.map((item) => [
    item.paymentId ?? 'without its payment',
    item.subjectKind === 'refund' ? `refund ${item.subject}` : 'sale',
    amount(item.subjectKind === 'refund' ? -item.amountMinor : item.amountMinor),
    item.presentment.state,
  ])
  return [
    `Batch ${number} of terminal ${terminalId}: ${state}`,
    `Opened ${new Date(row.openedMs).toISOString()}, ${row.closedMs === null ? 'not closed' : `closed ${new Date(row.closedMs).toISOString()}`}`,
    `Sales ${sums.debits}, ${amount(sums.debitsMinor)}; refunds ${sums.credits}, ${amount(sums.creditsMinor)}`,
    ...(row.uncaptured > 0 ? [`Without their tip or capture when it closed: ${row.uncaptured}`] : []),
    '',
    ...renderTable(['payment', 'what', 'amount', 'state'], lines),
  ]
}

async function keyOf(pool: Pool, batchId: string): Promise<(Scope & { batchId: string }) | null> {
  const { rows } = await pool.query<Scope>('select account, mode from batches where batch = $1', [batchId])
  return rows[0] === undefined ? null : { ...rows[0], batchId }
}
