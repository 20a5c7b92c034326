import path from 'node:path'
import { writeExport } from '../export/write-export.ts'
import type { Command } from './operator.ts'
import { withDatabase } from './with-database.ts'

export const exportCommand: Command = {
  name: 'export',
  usage: '[--to <folder>] [--account <acct_…>]',
  summary:
    'write whole accounts as JSON lines and a spreadsheet of payments, for an accountant or another system',
  options: { to: { type: 'string' }, account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    const nowMs = operator.nowMs()
    const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
    const folder = path.resolve(asked.text('to') ?? path.join(operator.home, 'exports', `holdfast-${stamp}Z`))
    return withDatabase(operator, async (pool) => {
      const accounts = await writeExport(pool, {
        folder,
        account: asked.text('account'),
        nowMs,
        progress: (line) => operator.note(`  ${line}`),
      })
      const payments = accounts.reduce((sum, { rows }) => sum + (rows.get('payments.ndjson') ?? 0), 0)
      operator.say(`Exported ${accounts.length} accounts with ${payments} payments to ${folder}`)
      return 0
    })
  },
}
