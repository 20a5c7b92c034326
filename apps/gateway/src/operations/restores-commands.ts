import { isRecovered, readRecovery } from '../backup/recovery.ts'
import { dropKeptSchema, keptSchemas } from '../backup/restore-schema.ts'
import { transaction } from '../database/transaction.ts'
import { type Command, isConfirmed } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

interface RestoreLine {
  readonly id: string
  readonly restored: number
  readonly taken: number
  readonly to: string
}

export const restoresListCommand: Command = {
  name: 'restores list',
  usage: '',
  summary: 'when this database was restored, what still has to come back, and what is kept of before',
  options: {},
  words: { min: 0, max: 0 },
  async run(_asked, operator) {
    return withDatabase(operator, async (pool) => {
      const { rows } = await pool.query<RestoreLine>(
        `select id::text, restored_at_ms::float8 as restored, backup_taken_at_ms::float8 as taken,
           to_generation::text as to
         from gateway_restores order by id`,
      )
      const lines = rows.map(({ id, restored, taken, to }) => [id, isoOf(restored), isoOf(taken), to])
      const head = ['restore', 'made', 'of the backup of', 'generation']
      for (const line of renderTable(head, lines)) operator.say(line)
      const recovery = await readRecovery(pool)
      operator.say(
        isRecovered(recovery)
          ? 'Nothing that a restore made the gateway forget is open.'
          : `Recovering: ${recovery.devicesAway} devices have not brought back what they hold, ` +
              `${recovery.paymentsInDoubt} payments wait for them, ${recovery.paymentsForReview} wait for you (review list).`,
      )
      for (const { schema, bytes } of await transaction(pool, keptSchemas)) {
        operator.say(`Kept of before: ${schema}, ${Math.ceil(bytes / 1_000_000)} MB`)
      }
      return 0
    })
  },
}

export const restoresDropCommand: Command = {
  name: 'restores drop',
  usage: '[--yes]',
  summary: 'remove what restores have kept of before, for ever',
  options: { yes: { type: 'boolean' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      const kept = await transaction(pool, keptSchemas)
      const names = kept.map(({ schema }) => schema).join(', ')
      if (kept.length === 0) {
        operator.say('Nothing is kept.')
        return 0
      }
      if (!isConfirmed(asked, operator, `This removes ${names}, with every payment in it, for ever.`))
        return 3
      for (const { schema } of kept) await transaction(pool, (tx) => dropKeptSchema(tx, schema))
      operator.say(`Removed ${names}.`)
      return 0
    })
  },
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
