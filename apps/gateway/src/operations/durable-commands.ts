import { lastVerifiedBackup } from '../backup/backup-record.ts'
import { type DurableSetting, readDurableSetting, writeDurableSetting } from '../backup/durable-setting.ts'
import { type Command, isConfirmed } from './operator.ts'
import { withDatabase } from './with-database.ts'

const MEANS: Readonly<Record<DurableSetting, string>> = {
  none: 'nothing: devices keep what they have for a week',
  commit: 'a COMMIT, because a synchronous standby has it too',
  backup: 'a verified backup',
}

export const durableShowCommand: Command = {
  name: 'durable show',
  usage: '',
  summary: 'what counts as safe beyond this gateway’s own disk',
  options: {},
  words: { min: 0, max: 0 },
  async run(_asked, operator) {
    return withDatabase(operator, async (pool) => {
      const setting = await readDurableSetting(pool)
      operator.say(`durable is ${setting}: ${MEANS[setting]}`)
      const backup = await lastVerifiedBackup(pool)
      operator.say(
        backup === null
          ? 'There is no verified backup.'
          : `The newest verified backup is of ${new Date(backup.takenAtMs).toISOString()}: ${backup.fileName}`,
      )
      return 0
    })
  },
}

export const durableSetCommand: Command = {
  name: 'durable set',
  usage: '<none | standby | backup> [--yes]',
  summary:
    'when devices may forget an outcome: never early, when a synchronous standby has it, or when a backup has it',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const setting = settingOf(asked.words[0])
    if (setting === null) {
      operator.note('What? none, standby or backup.')
      return 2
    }
    return withDatabase(operator, async (pool) => {
      if (setting === 'commit') {
        const { rows } = await pool.query<{ names: string }>(
          `select current_setting('synchronous_standby_names') as names`,
        )
        if (rows[0]?.names === '') {
          operator.note(
            'This server has no synchronous standby (synchronous_standby_names is empty): a COMMIT is on one disk only. ' +
              'Set one up first.',
          )
          return 1
        }
      }
      const would = `From the next start of the gateway, safe means: ${MEANS[setting]}.`
      if (setting !== 'none' && !isConfirmed(asked, operator, would)) return 3
      await writeDurableSetting(pool, setting)
      operator.say(`durable is ${setting}: ${MEANS[setting]}`)
      return 0
    })
  },
}

function settingOf(word: string | undefined): DurableSetting | null {
  if (word === 'standby' || word === 'commit') return 'commit'
  return word === 'none' || word === 'backup' ? word : null
}
