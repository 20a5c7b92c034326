import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { BACKUP_SUFFIX } from '../backup/backup-format.ts'
import { readBackup } from '../backup/read-backup.ts'
import { writeBackup } from '../backup/write-backup.ts'
import { firstKeyNotOpened, readWrappedKeys } from '../keys/gateway-keys.ts'
import { wrappingKeyId } from '../keys/gateway-secrets.ts'
import type { Asked, Command, ExitCode, Operator } from './operator.ts'
import { withDatabase } from './with-database.ts'

export const backupCommand: Command = {
  name: 'backup',
  usage: '[--to <file or folder>] | --verify <file>',
  summary: 'write everything the gateway knows into one file, while it works on, and read it back',
  options: { to: { type: 'string' }, verify: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    const toVerify = asked.text('verify')
    if (toVerify !== null) return verify(toVerify, operator)
    return withDatabase(operator, async (pool) => {
      const file = fileFor(asked, operator)
      const keyId = await neededKeyId(pool, operator)
      const { bytes, rows, sha256 } = await writeBackup(pool, {
        file,
        nowMs: () => operator.nowMs(),
        wrappingKeyId: keyId,
        progress: (line) => operator.note(`  ${line}`),
      })
      operator.say(`Backup written and verified: ${file}`)
      operator.say(`${rows} rows, ${bytes} bytes, SHA-256 ${sha256}`)
      if (keyId !== null) {
        operator.say(
          `It needs the gateway secret with the id ${keyId}, which is not in it. Keep that elsewhere.`,
        )
      }
      return 0
    })
  },
}

async function verify(file: string, operator: Operator): Promise<ExitCode> {
  const { header, rows, bytes, sha256 } = await readBackup(file)
  operator.say(`Whole: ${file}`)
  operator.say(`Taken ${header.takenAt}, ${rows} rows, ${bytes} bytes, SHA-256 ${sha256}`)
  operator.say(`Gateway secret that it needs: ${header.wrappingKeyId ?? 'not known'}`)
  return 0
}

/** The secret's id when it is at hand and opens what is in this database. */
async function neededKeyId(
  pool: Parameters<typeof readWrappedKeys>[0],
  operator: Operator,
): Promise<string | null> {
  const secrets = operator.secrets()
  const keys = await readWrappedKeys(pool)
  if (keys.length === 0) return null
  if (secrets !== null && (await firstKeyNotOpened(operator.crypto, secrets, keys)) === null) {
    return wrappingKeyId(secrets)
  }
  operator.note(
    secrets === null
      ? 'The gateway secret is not at hand: the backup cannot say which one it needs.'
      : 'The gateway secret that is here does NOT open the keys of this database. Look for the right one now.',
  )
  return null
}

/** A name that sorts by time, in the folder asked for or in the home. */
function fileFor(asked: Asked, operator: Operator): string {
  const to = asked.text('to')
  const stamp = new Date(operator.nowMs()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  const name = `holdfast-${stamp}Z${BACKUP_SUFFIX}`
  if (to === null) return path.join(operator.home, 'backups', name)
  const wanted = path.resolve(to)
  const isFolder = existsSync(wanted) ? statSync(wanted).isDirectory() : !wanted.endsWith(BACKUP_SUFFIX)
  return isFolder ? path.join(wanted, name) : wanted
}
