import type { Pool } from 'pg'
import type { ApiKey } from '../api-keys/api-keys.ts'
import { loadGatewayKeys, type Purpose, rotateGatewayKey } from '../keys/gateway-keys.ts'
import { type GatewaySecrets, wrappingKeyId } from '../keys/gateway-secrets.ts'
import { KEY_ID_LENGTH } from './api-keys-commands.ts'
import { type Command, isConfirmed, type Operator } from './operator.ts'
import { renderTable } from './render-table.ts'
import { withDatabase } from './with-database.ts'

interface KeyRow {
  readonly key_id: string
  readonly purpose: Purpose
  readonly created_ms: number
  readonly retired_ms: number | null
}

interface ApiKeyRow {
  readonly id: string
  readonly account: string
  readonly prefix: string
  readonly name: string | null
  readonly permissions: ApiKey['permissions']
  readonly last_used_ms: number | null
  readonly revoked_ms: number | null
}

export const keysListCommand: Command = {
  name: 'keys list',
  usage: '[--account <acct_…>]',
  summary: 'API keys with their last use, the gateway’s own keys, and the id of the gateway secret',
  options: { account: { type: 'string' } },
  words: { min: 0, max: 0 },
  async run(asked, operator) {
    return withDatabase(operator, async (pool) => {
      for (const line of await apiKeyLines(pool, asked.text('account'))) operator.say(line)
      operator.say('')
      const { rows } = await pool.query<KeyRow>(
        `select key_id, purpose, created_ms::float8 as created_ms, retired_ms::float8 as retired_ms
         from gateway_keys order by purpose, created_ms desc`,
      )
      const lines = rows.map(({ key_id: id, purpose, created_ms: madeMs, retired_ms: retiredMs }) => [
        id,
        purpose,
        retiredMs === null ? 'in use' : `retired ${isoOf(retiredMs)}`,
        isoOf(madeMs),
      ])
      for (const line of renderTable(['key', 'purpose', 'state', 'made'], lines)) operator.say(line)
      const secrets = operator.secrets()
      operator.say(`Gateway secret: ${secrets === null ? 'not at hand' : wrappingKeyId(secrets)}`)
      return 0
    })
  },
}

export const keysRotateCommand: Command = {
  name: 'keys rotate',
  usage: '<signing | sealing | all> [--yes]',
  summary: 'make a new key of the gateway; the old one goes on opening and introducing',
  options: { yes: { type: 'boolean' } },
  words: { min: 1, max: 1 },
  async run(asked, operator) {
    const purposes = purposesOf(asked.words[0])
    if (purposes === null) {
      operator.note('Which key? signing, sealing or all.')
      return 2
    }
    const secrets = operator.secrets()
    if (secrets === null) {
      operator.note(
        'The gateway secret is not at hand: a new key cannot be wrapped. Set HOLDFAST_GATEWAY_SECRET.',
      )
      return 1
    }
    const would =
      `This makes a new key for ${purposes.join(' and ')}. Gateways take it up when they are started again; devices ` +
      'learn of it with their next lease, and those that are away go on with the old one.'
    if (!isConfirmed(asked, operator, would)) return 3
    return withDatabase(operator, async (pool) => {
      await rotate(pool, secrets, purposes, operator)
      operator.say(`New key for ${purposes.join(' and ')}. Start every gateway again to use it.`)
      return 0
    })
  },
}

async function rotate(
  pool: Pool,
  secrets: GatewaySecrets,
  purposes: readonly Purpose[],
  { crypto, nowMs }: Operator,
): Promise<void> {
  // Throws when the secret opens not all of them: keys wrapped by two secrets would keep every gateway from starting.
  await loadGatewayKeys(pool, crypto, secrets, nowMs())
  for (const purpose of purposes) await rotateGatewayKey(pool, { crypto, secrets, purpose, nowMs: nowMs() })
}

async function apiKeyLines(pool: Pool, account: string | null): Promise<readonly string[]> {
  const { rows } = await pool.query<ApiKeyRow>(
    `select left(sha256, $2) as id, account, prefix, name, permissions, last_used_ms::float8 as last_used_ms,
       revoked_ms::float8 as revoked_ms
     from api_keys where $1::text is null or account = $1 order by account, created_ms, sha256`,
    [account, KEY_ID_LENGTH],
  )
  const head = ['id', 'account', 'API key', 'state', 'last used', 'may', 'name']
  const lines = rows.map((row) => [
    row.id,
    row.account,
    `${row.prefix}…`,
    row.revoked_ms === null ? 'in use' : `revoked ${isoOf(row.revoked_ms)}`,
    row.last_used_ms === null ? 'never' : isoOf(row.last_used_ms),
    Object.entries(row.permissions ?? {})
      .map((permission) => permission.join(':'))
      .join(','),
    row.name ?? '',
  ])
  return renderTable(head, lines)
}

function purposesOf(word: string | undefined): readonly Purpose[] | null {
  if (word === 'all') return ['signing', 'sealing']
  return word === 'signing' || word === 'sealing' ? [word] : null
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
