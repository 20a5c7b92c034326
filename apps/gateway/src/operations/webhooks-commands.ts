import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import { replayDeliveries } from '../webhooks/replay-deliveries.ts'
import { type Command, isConfirmed } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

interface EndpointLine {
  readonly endpoint: string
  readonly mode: Mode
  readonly url: string
  readonly status: string
  readonly disabled_because: string | null
  readonly pending: string
  readonly failed: string
}

export const webhooksListCommand: Command = {
  name: 'webhooks list',
  usage: '[--account <acct_…>]',
  summary: 'every webhook endpoint: whether it takes what it is sent, what still waits, what was given up',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<EndpointLine>(
        `select e.endpoint, e.mode, e.url, e.status, e.disabled_because,
           (select count(*) from webhook_deliveries d
             where d.account = e.account and d.endpoint = e.endpoint and d.state = 'pending')::text as pending,
           (select count(*) from webhook_deliveries d
             where d.account = e.account and d.endpoint = e.endpoint and d.state = 'failed')::text as failed
         from webhook_endpoints e where $1::text is null or e.account = $1
         order by e.account, e.created_ms, e.endpoint`,
        [asked.text('account')],
      )
      const lines = rows.map((row) => [
        row.endpoint,
        row.mode,
        row.disabled_because === null ? row.status : `${row.status} (${row.disabled_because})`,
        row.pending,
        row.failed,
        row.url,
      ])
      const head = ['endpoint', 'mode', 'status', 'pending', 'given up', 'url']
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const webhooksReplayCommand: Command = {
  name: 'webhooks replay',
  usage: '<we_…> [--since <ISO time>] [--event <evt_…>] [--all] [--yes]',
  summary:
    'deliver again, with the same ids: what was given up or missed; with --all also what was taken before',
  options: {
    since: { type: 'string' },
    event: { type: 'string' },
    all: { type: 'boolean' },
    yes: { type: 'boolean' },
  },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const endpoint = asked.words[0] ?? ''
    const since = asked.text('since')
    const sinceMs = since === null ? 0 : Date.parse(since)
    if (Number.isNaN(sinceMs)) {
      operator.note('--since is a time like 2026-11-30T08:00:00Z')
      return 2
    }
    return withDatabase(operator, async (pool) => {
      const account = await accountOf(pool, endpoint)
      if (account === null) {
        operator.note(`There is no webhook endpoint ${endpoint}.`)
        return 1
      }
      const missedOnly = !asked.has('all')
      const what = missedOnly ? 'what it has not taken' : 'everything, also what it has taken'
      const from = since === null ? '' : ` since ${new Date(sinceMs).toISOString()}`
      if (!isConfirmed(asked, operator, `${endpoint} is sent ${what}${from}, with the same event ids.`))
        return 3
      const event = asked.text('event')
      const replay = { account, endpoint, nowMs: operator.nowMs(), sinceMs, missedOnly }
      const count = await transaction(pool, (tx) =>
        replayDeliveries(tx, event === null ? replay : { ...replay, events: [event] }),
      )
      operator.say(`${count} deliveries of ${endpoint} are due now. A gateway that runs makes them.`)
      return 0
    })
  },
}

async function accountOf(pool: Pool, endpoint: string): Promise<string | null> {
  const { rows } = await pool.query<{ account: string }>(
    'select account from webhook_endpoints where endpoint = $1',
    [endpoint],
  )
  return rows[0]?.account ?? null
}
