import { listActs } from '../acts/list-acts.ts'
import type { Command } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

const LIST_MAX = 200

export const actsListCommand: Command = {
  name: 'acts list',
  usage: '[--account <acct_…>]',
  summary: 'what people have done by hand to money and records: when, who, what and why, newest first',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const account = asked.text('account')
      const acts = await listActs(pool, account === null ? null : { account, mode: null }, LIST_MAX)
      const lines = acts.map(({ atMs, by, act, why, ...of }) => [
        new Date(atMs).toISOString(),
        by,
        act,
        why ?? '',
        of.account ?? 'the gateway',
        of.mode ?? '',
      ])
      const head = ['when', 'who', 'what', 'why', 'account', 'mode']
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}
