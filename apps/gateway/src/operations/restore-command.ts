import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Loss, losesNothing } from '../backup/loss.ts'
import { restoreBackup } from '../backup/restore-backup.ts'
import { claimDatabase } from '../database/find-database.ts'
import { CommitUnknown } from '../database/transaction.ts'
import { amountText } from '../text/amount-text.ts'
import type { Command } from './operator.ts'

export const restoreCommand: Command = {
  name: 'restore',
  usage: '--from <file> [--yes]',
  summary: 'put the gateway back to a backup; without --yes it rehearses and says what would be lost',
  options: { from: { type: 'string' }, yes: { type: 'boolean' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    const from = asked.text('from')
    if (from === null) {
      operator.note('Which backup? Name it with --from.')
      return 2
    }
    const file = path.resolve(from)
    // Before a database is made for it.
    if (!existsSync(file)) {
      operator.note(`There is no file ${file}.`)
      return 1
    }
    const { home, databaseUrl } = operator
    const secrets = operator.secrets()
    const database = await claimDatabase({ home, databaseUrl, name: 'holdfast restore' })
    try {
      const outcome = await restoreBackup(database.pool, {
        file,
        secrets,
        crypto: operator.crypto,
        confirmed: asked.has('yes'),
        nowMs: operator.nowMs(),
        progress: (line) => operator.note(`  ${line}`),
      })
      if (outcome.outcome === 'refused') {
        operator.note(outcome.message)
        return 1
      }
      const { takenAt } = outcome.facts.header
      if (outcome.outcome === 'unconfirmed') {
        operator.say(
          `The backup of ${takenAt} fits and was tried out. Putting the gateway back to it would lose:`,
        )
        for (const line of lossLines(outcome.loss)) operator.say(line)
        operator.say('Nothing was changed. Say it again with --yes to do it.')
        return 3
      }
      operator.say(`Restored to the backup of ${takenAt}, as generation ${outcome.toGeneration}.`)
      if (!losesNothing(outcome.loss)) {
        operator.say('No longer known here:')
        for (const line of lossLines(outcome.loss)) operator.say(line)
      }
      if (outcome.keptSchema !== null) {
        operator.say(
          `What was before is kept as schema ${outcome.keptSchema}; remove it with: npm run gateway -- restores drop`,
        )
      }
      operator.say('Start the gateway. Devices bring back what they hold at their next contact.')
      return 0
    } catch (error) {
      if (!(error instanceof CommitUnknown)) throw error
      operator.note(
        'The database went away at the last step: it is in the old state or in the new one, and whole.',
      )
      operator.note('Look which of the two with: npm run gateway -- restores list')
      return 1
    } finally {
      await database.close()
    }
  },
}

function lossLines({ payments, changedPayments, devices, accounts }: Loss): string[] {
  const lines = payments.map(
    ({ mode, currency, count, sumMinor, newestMs }) =>
      `  ${count} ${count === 1 ? 'payment' : 'payments'} (${mode}), together ${amountText(sumMinor, currency)}, ` +
      `the newest received ${new Date(newestMs).toISOString()}`,
  )
  if (changedPayments > 0)
    lines.push(`  what has happened since to ${changedPayments} payments that the backup has`)
  if (devices > 0) lines.push(`  ${devices} devices, which then have to be enrolled again`)
  if (accounts > 0) lines.push(`  ${accounts} accounts`)
  return lines
}
