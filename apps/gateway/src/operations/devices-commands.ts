import { transaction, type Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import type { Scope } from '../database/scope.ts'
import { noteCommand } from './note-command.ts'
import { type Command, isConfirmed } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

interface DeviceLine {
  readonly device: string
  readonly name: string
  readonly mode: string
  readonly location: string
  readonly terminal_id: string
  readonly status: string
  readonly received_seq: string
  readonly missing: string
  readonly backed_up: string
}

const DEVICES = `
  select d.device, d.name, d.mode, d.location, d.terminal_id, d.status, d.received_seq::text,
    greatest(d.stated_seq - d.received_seq, 0)::text as missing, coalesce(b.safe_seq, 0)::text as backed_up
  from devices d left join device_backups b using (account, device)
  where $1::text is null or d.account = $1
  order by d.account, d.created_ms, d.device`

export const devicesListCommand: Command = {
  name: 'devices list',
  usage: '[--account <acct_…>]',
  summary:
    'every device: what has arrived of it, what is known to be missing, what is inside a verified backup',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<DeviceLine>(DEVICES, [asked.text('account')])
      const head = [
        'device',
        'name',
        'mode',
        'location',
        'terminal',
        'status',
        'records',
        'missing',
        'in backup',
      ]
      const lines = rows.map((row) => [
        row.device,
        row.name,
        row.mode,
        row.location,
        row.terminal_id,
        row.status,
        row.received_seq,
        row.missing,
        row.backed_up,
      ])
      for (const line of renderTable(head, lines)) operator.say(line)
      return 0
    })
  },
}

export const devicesRevokeCommand: Command = {
  name: 'devices revoke',
  usage: '<dev_…> [--yes]',
  summary: 'shut a lost or stolen device out, for ever',
  noted: 'reason_optional',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const device = asked.words[0] ?? ''
    return withDatabase(operator, async (pool) => {
      const found = await pool.query<{ name: string; status: string }>(
        'select name, status from devices where device = $1',
        [device],
      )
      const known = found.rows[0]
      if (known === undefined) {
        operator.note(`There is no device ${device}.`)
        return 1
      }
      if (known.status === 'revoked') {
        operator.say(`${known.name} (${device}) was revoked before.`)
        return 0
      }
      const would =
        `${known.name} (${device}) will be refused at every contact from now on. What it still holds reaches the ` +
        'gateway only through another device that carries it, and is then held for review.'
      if (!isConfirmed(asked, operator, would)) return 3
      await transaction(pool, async (tx) => {
        const owner = await revoke(tx, device, operator.nowMs())
        if (owner !== null) await noteCommand(tx, asked, operator, owner)
      })
      operator.say(`${known.name} (${device}) is revoked.`)
      return 0
    })
  },
}

/** Of whom it is; null when it was revoked meanwhile. */
async function revoke(tx: Tx, device: string, atMs: number): Promise<Scope | null> {
  const { rows } = await tx.query<Scope>(
    `update devices set status = 'revoked' where device = $1 and status = 'active' returning account, mode`,
    [device],
  )
  const [owner] = rows
  if (owner === undefined) return null
  await recordEvent(tx, { ...owner, type: 'device.revoked', object: 'device', id: device, atMs })
  return owner
}
