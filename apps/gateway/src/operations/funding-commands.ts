import { readFileSync } from 'node:fs'
import path from 'node:path'
import { transaction } from '../database/transaction.ts'
import { applyFundingFile } from '../funding/apply-funding-file.ts'
import { keepFundingFile } from '../funding/keep-funding-file.ts'
import { amountText } from '../text/amount-text.ts'
import { noteCommand } from './note-command.ts'
import { type Command, idsOf, isConfirmed } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

export const fundingListCommand: Command = {
  name: 'funding list',
  usage: '',
  summary: 'what the acquirer has paid, file by file, newest first, the last hundred',
  options: {},
  words: { min: 0, max: 0 },
  async run(_asked, operator) {
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<{
        file: string
        state: string
        why: string | null
        received: string
        items: string
        differences: string
        paid: string
        currency: string | null
      }>(
        `select f.file, f.state, f.why, f.received_ms as received, count(i.position) as items,
           count(i.position) filter (where i.difference is not null and i.explained_ms is null) as differences,
           coalesce(sum(i.amount_minor - i.fee_minor), 0) as paid, max(i.currency) as currency
         from funding_files f left join funding_items i using (file, sha256)
         group by f.file, f.sha256 order by f.received_ms desc, f.file desc limit 100`,
      )
      const lines = rows.map((row) => [
        row.file,
        row.state,
        row.items,
        row.currency === null ? '' : amountText(row.paid, row.currency),
        row.differences === '0' ? '' : row.differences,
        row.why ?? '',
        new Date(Number(row.received)).toISOString(),
      ])
      const head = ['file', 'state', 'items', 'paid', 'differences', 'why', 'received']
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const fundingImportCommand: Command = {
  name: 'funding import',
  usage: '<file.jsonl>',
  summary:
    'takes in a funding file that came another way; a gateway that runs then applies it; safe to repeat',
  options: {},
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const from = asked.words[0] ?? ''
    const body = readFileSync(from, 'utf8')
    return withDatabase(operator, async (pool) => {
      const file = path.basename(from, '.jsonl')
      const kept = await keepFundingFile(pool, { file, body, nowMs: operator.nowMs() })
      const told = {
        waiting: `${file} is taken in.`,
        known: `${file} was taken in before.`,
        set_aside: `${file} cannot be applied; funding list says why.`,
      }
      if (kept === 'set_aside') operator.note(told[kept])
      else operator.say(told[kept])
      return kept === 'set_aside' ? 1 : 0
    })
  },
}

export const fundingApplyCommand: Command = {
  name: 'funding apply',
  usage: '<file> [--yes]',
  noted: 'reason_optional',
  summary: 'takes a file that waits into the books as it is; what is not in them by now differs',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const file = asked.words[0] ?? ''
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<{ sha256: string }>(
        `select sha256 from funding_files where file = $1 and state = 'waiting'`,
        [file],
      )
      const row = rows[0]
      if (row === undefined) {
        operator.note('No file of this name waits.')
        return 1
      }
      if (!isConfirmed(asked, operator, `${file} would be applied as it is.`)) return 3
      const key = { file, sha256: row.sha256 }
      const applied = await transaction(pool, async (tx) => {
        const result = await applyFundingFile(tx, key, idsOf(operator), { force: true })
        if (result.state === 'applied') await noteCommand(tx, asked, operator, { account: null, mode: null })
        return result
      })
      if (applied.state !== 'applied') {
        operator.note(
          `${file} was not applied: ${applied.state === 'taken' ? 'another has it' : applied.why}.`,
        )
        return 1
      }
      operator.say(`${file}: ${applied.items} items, ${applied.differences} of them differ.`)
      return 0
    })
  },
}

export const fundingExplainCommand: Command = {
  name: 'funding explain',
  usage: '<file> <position> --by <name> --note <what was found out> [--yes]',
  summary: 'writes down why an item differs; money check then names it no more',
  noted: 'reason_optional',
  options: { by: { type: 'string' }, note: { type: 'string' }, yes: { type: 'boolean' } },
  words: { min: 2, max: 2 },
  async run(asked, operator) {
    const [file = '', position = ''] = asked.words
    const [by, note] = [asked.text('by'), asked.text('note')]
    if (by === null || note === null) {
      operator.note('Say who with --by, and what was found out with --note.')
      return 1
    }
    if (!isConfirmed(asked, operator, `Item ${position} of ${file} would count as explained.`)) return 3
    return withDatabase(operator, async (pool) => {
      const isExplained = await transaction(pool, async (tx) => {
        const { rowCount } = await tx.query(
          `update funding_items set explained_ms = $3, explained_by = $4, explanation = $5
           where file = $1 and position = $2 and difference is not null and explained_ms is null`,
          [file, Number(position), operator.nowMs(), by, note.slice(0, 500)],
        )
        if (rowCount === 1) await noteCommand(tx, asked, operator, { account: null, mode: null })
        return rowCount === 1
      })
      if (isExplained) operator.say(`Item ${position} of ${file} is explained.`)
      else operator.note('No such item differs without an explanation.')
      return isExplained ? 0 : 1
    })
  },
}
