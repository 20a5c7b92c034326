import { isOver, type KnownNotice, lastTexts, startsMs, textIn } from '../notices/known-notice.ts'
import { readNotices } from '../notices/read-notices.ts'
import type { Command } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

const TEXT_SHOWN = 60

export const noticesListCommand: Command = {
  name: 'notices list',
  usage: '[--all]',
  summary: 'what is announced and not over; with --all also what was in the last 90 days',
  options: { all: { type: 'boolean' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const { running, planned, past } = await readNotices(pool, operator.nowMs())
      const shown = [...running, ...planned, ...(asked.has('all') ? past : [])]
      const head = ['notice', 'kind', 'state', 'from', 'to', 'touches', 'told', 'text']
      const { rows } = await pool.query<{ notice: string }>(
        'select distinct notice from notice_changes where told_ms is null',
      )
      const untold = new Set(rows.map(({ notice }) => notice))
      const lines = shown.map((known) => lineOf(known, !untold.has(known.id)))
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

function lineOf(known: KnownNotice, isTold: boolean): string[] {
  const { id, notice, touches } = known
  const iso = (atMs: number) => new Date(atMs).toISOString().replace('.000', '')
  const endMs = isOver(known) ? known.changedMs : notice.kind === 'maintenance' ? notice.window.toMs : null
  const text = textIn(lastTexts(known), 'en')
  return [
    id,
    notice.kind,
    notice.state,
    iso(startsMs(known)),
    endMs === null ? '' : iso(endMs),
    touches.join(','),
    isTold ? 'yes' : 'not yet',
    text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}…` : text,
  ]
}
