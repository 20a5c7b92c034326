import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { type ApiKey, storeApiKey } from '../api-keys/api-keys.ts'
import { newApiKey } from '../api-keys/new-api-key.ts'
import { permissionResources } from '../dialects/stripe/permission-resources.ts'
import type { Scope } from '../database/scope.ts'
import { transaction } from '../database/transaction.ts'
import { noteCommand } from './note-command.ts'
import { type Command, isConfirmed } from './operator.ts'
import { withDatabase } from './with-database.ts'

const KINDS = ['secret', 'publishable', 'restricted'] as const
/** Of the hash of a key: enough to name one among all. */
export const KEY_ID_LENGTH = 12

export const keysCreateCommand: Command = {
  name: 'keys create',
  usage:
    '<acct_…> <secret | publishable | restricted> [--allow <resource:read|write,…>] [--name <words>] [--live]',
  summary: 'make an API key; it is shown once, and only its hash is kept',
  noted: 'reason_optional',
  options: { allow: { type: 'string' }, name: { type: 'string' }, live: { type: 'boolean' } },
  words: { min: 2, max: 2 },
  async run(asked, operator) {
    const [account = '', word] = asked.words
    const kind = KINDS.find((known) => known === word)
    const permissions = kind === 'restricted' ? permissionsOf(asked.text('allow') ?? '') : null
    if (kind === undefined || (kind !== 'restricted' && asked.text('allow') !== null)) {
      operator.note('A key is secret, publishable or restricted; only a restricted one has --allow.')
      return 2
    }
    if (typeof permissions === 'string') {
      operator.note(permissions)
      return 2
    }
    const mode: Mode = asked.has('live') ? 'live' : 'test'
    return withDatabase(operator, async (pool) => {
      if (!(await isAccount(pool, account))) {
        operator.note(`There is no account ${account}.`)
        return 1
      }
      const key = newApiKey({ kind, mode }, (length) => operator.crypto.randomBytes(length))
      const owner = { account, mode, kind, permissions, name: asked.text('name') }
      await transaction(pool, async (tx) => {
        await storeApiKey(tx, key, owner, operator.nowMs())
        await noteCommand(tx, asked, operator, owner)
      })
      operator.say(key)
      operator.note(`A ${kind} key of ${account} in ${mode} mode. It is not shown again: keep it now.`)
      return 0
    })
  },
}

export const keysRevokeCommand: Command = {
  name: 'keys revoke',
  usage: '<id from keys list> [--yes]',
  summary: 'refuse an API key from now on, for ever',
  noted: 'reason_optional',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const id = asked.words[0] ?? ''
    return withDatabase(operator, async (pool) => {
      const found = await pool.query<Scope & { sha256: string; prefix: string; revoked: boolean }>(
        `select sha256, prefix, account, mode, revoked_ms is not null as revoked from api_keys
         where left(sha256, $2) = $1`,
        [id, KEY_ID_LENGTH],
      )
      const [known, other] = found.rows
      if (known === undefined || other !== undefined) {
        operator.note(`There is no API key ${id}. The ids are in keys list.`)
        return 1
      }
      const named = `${known.prefix}… (${id}) of ${known.account}`
      if (known.revoked) {
        operator.say(`${named} was revoked before.`)
        return 0
      }
      if (!isConfirmed(asked, operator, `Every request with ${named} will be refused from now on.`)) return 3
      await transaction(pool, async (tx) => {
        const { rowCount } = await tx.query(
          'update api_keys set revoked_ms = $2 where sha256 = $1 and revoked_ms is null',
          [known.sha256, operator.nowMs()],
        )
        if (rowCount === 1) await noteCommand(tx, asked, operator, known)
      })
      operator.say(`${named} is revoked.`)
      return 0
    })
  },
}

/** `charge:read,refund:write`; what is wrong with it, in words, where it names nothing that a key could do. */
function permissionsOf(text: string): NonNullable<ApiKey['permissions']> | string {
  const permissions: Record<string, 'read' | 'write'> = {}
  for (const part of text.split(',').filter((each) => each !== '')) {
    const [resource = '', access] = part.split(':')
    if (!permissionResources.includes(resource))
      return `There is no resource ${resource}. There are: ${permissionResources.join(', ')}.`
    if (access !== 'read' && access !== 'write') return `${part}: behind the colon stands read or write.`
    permissions[resource] = access
  }
  return Object.keys(permissions).length > 0
    ? permissions
    : 'A restricted key may do what --allow says, for example --allow charge:read,refund:write.'
}

async function isAccount(pool: Pool, account: string): Promise<boolean> {
  const { rows } = await pool.query('select from accounts where account = $1', [account])
  return rows.length > 0
}
