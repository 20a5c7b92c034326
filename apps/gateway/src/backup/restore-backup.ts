import { setTimeout as sleep } from 'node:timers/promises'
import type { Crypto } from '@holdfast/core'
import type { Pool } from 'pg'
import { MIGRATION_LOCK, MIGRATIONS_DIR, migrateWithin } from '../database/migrate.ts'
import { readMigrations } from '../database/read-migrations.ts'
import { PLAIN_TEXT } from '../database/snapshot.ts'
import { transaction, type Tx } from '../database/transaction.ts'
import { firstKeyNotOpened, type WrappedKey } from '../keys/gateway-keys.ts'
import type { GatewaySecrets } from '../keys/gateway-secrets.ts'
import type { BackupHeader, BackupRow } from './backup-format.ts'
import { loadBackup } from './load-backup.ts'
import { type Loss, losesNothing, readLoss } from './loss.ts'
import { markRestored } from './mark-restored.ts'
import { type BackupFacts, readBackup } from './read-backup.ts'
import { placeSchema, type SchemaFacts, schemaFacts } from './restore-schema.ts'

export interface RestoreOptions {
  readonly file: string
  /** Null when the gateway secret is not at hand. */
  readonly secrets: GatewaySecrets | null
  readonly crypto: Crypto
  /** The loss was seen and is wanted. */
  readonly confirmed: boolean
  readonly nowMs: number
  readonly progress: (line: string) => void
  /** Of the migrations; for tests. */
  readonly migrationsDir?: string
}

export type RestoreOutcome =
  | {
      readonly outcome: 'restored'
      readonly facts: BackupFacts
      readonly loss: Loss
      readonly toGeneration: number
      /** Where the schema of before is kept; null when there was none. */
      readonly keptSchema: string | null
    }
  /** Everything was tried and undone: the backup fits, and only the word is missing. */
  | { readonly outcome: 'unconfirmed'; readonly facts: BackupFacts; readonly loss: Loss }
  | { readonly outcome: 'refused'; readonly why: RestoreRefusal; readonly message: string }

type RestoreRefusal =
  | 'secret_missing'
  | 'secret_wrong'
  | 'backup_newer'
  | 'migration_differs'
  | 'restore_running'
  | 'database_in_use'
  | 'schema_not_ours'

/** Connections of a gateway that has just stopped may need a moment to be gone. */
const OTHERS_LEAVE_MS = 5_000

/**
 * Puts the database back to a backup, as a new generation. All of it is one transaction that builds a fresh schema
 * beside the one in use and swaps their names at its COMMIT: a kill of this process or of PostgreSQL at any moment
 * leaves the old state whole or the new one, never a mixture. The schema of before is kept beside it under another name.
 * @throws BackupDamaged, BackupTooNew, CommitUnknown (look into `gateway_restores` which of the two it is)
 */
export async function restoreBackup(pool: Pool, options: RestoreOptions): Promise<RestoreOutcome> {
  const { file, progress } = options
  progress('reading the whole backup first')
  const keys: WrappedKey[] = []
  const facts = await readBackup(file, { rows: collectKeys(keys) })
  try {
    await refuseSecret(facts.header, keys, options)
    await refuseMigrations(facts.header, options)
    return await transaction(pool, (tx) => swapIn(tx, facts, options))
  } catch (error) {
    if (error instanceof Refused) return { outcome: 'refused', why: error.why, message: error.message }
    if (error instanceof Unconfirmed) return { outcome: 'unconfirmed', facts, loss: error.loss }
    throw error
  }
}

/** Thrown to leave the transaction without a trace. */
class Refused extends Error {
  readonly why: RestoreRefusal

  constructor(why: RestoreRefusal, message: string) {
    super(message)
    this.why = why
  }
}

class Unconfirmed extends Error {
  readonly loss: Loss

  constructor(loss: Loss) {
    super('not confirmed')
    this.loss = loss
  }
}

async function swapIn(
  tx: Tx,
  facts: BackupFacts,
  options: RestoreOptions,
): Promise<Extract<RestoreOutcome, { outcome: 'restored' }>> {
  const { file, confirmed, nowMs, progress, migrationsDir } = options
  const dir = migrationsDir === undefined ? {} : { dir: migrationsDir }
  const { header } = facts
  await tx.query(PLAIN_TEXT)
  const now = await holdAlone(tx)

  const fresh = `restoring_${header.backup.slice(4)}`
  await tx.query(`create schema ${fresh}`)
  await tx.query(`set local search_path = ${fresh}`)
  await migrateWithin(tx, { ...dir, numberMax: header.migrations.at(-1)?.number ?? 0 })
  await loadBackup(tx, { file, schema: fresh, expected: facts, progress })
  const upgraded = await migrateWithin(tx, dir)
  if (upgraded.length > 0) progress(`migrated: ${upgraded.join(', ')}`)

  const loss = await readLoss(tx, { current: now.schema, restored: fresh })
  if (!confirmed && !losesNothing(loss)) throw new Unconfirmed(loss)

  progress('switching over')
  const { toGeneration } = await markRestored(tx, {
    restoredAtMs: nowMs,
    backupTakenAtMs: header.takenAtMs,
    knownGeneration: loss.generation,
  })
  const keptSchema = await placeSchema(tx, { current: now, fresh, nowMs })
  return { outcome: 'restored', facts, loss, toGeneration, keptSchema }
}

/** From here on no gateway starts on this database, and none is at work on it. */
async function holdAlone(tx: Tx): Promise<SchemaFacts> {
  const lock = await tx.query<{ held: boolean }>('select pg_try_advisory_xact_lock($1) as held', [
    MIGRATION_LOCK,
  ])
  if (lock.rows[0]?.held !== true) {
    throw new Refused(
      'restore_running',
      'Another restore, or a gateway that is starting, is at work on this database.',
    )
  }
  const deadlineMs = performance.now() + OTHERS_LEAVE_MS
  for (;;) {
    const others = await tx.query<{ name: string | null }>(OTHER_CONNECTIONS)
    if (others.rows.length === 0) break
    if (performance.now() > deadlineMs) {
      const names = [...new Set(others.rows.map(({ name }) => name ?? 'unknown'))].join(', ')
      throw new Refused(
        'database_in_use',
        `${others.rows.length} other connections use this database (${names}). Stop every gateway on it, then restore.`,
      )
    }
    await sleep(200)
    // Within a transaction the statistics stand still unless they are dropped.
    await tx.query('select pg_stat_clear_snapshot()')
  }
  const facts = await schemaFacts(tx)
  if (!facts.ours) {
    throw new Refused(
      'schema_not_ours',
      `This role may not rename the schema ${facts.schema} or make one beside it. As an administrator run: ` +
        `alter schema ${facts.schema} owner to <the role of DATABASE_URL>; grant create on database <it> to <that role>`,
    )
  }
  return facts
}

/** Without `usesysid` it is a process of the server. */
const OTHER_CONNECTIONS = `
  select application_name as name from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null
    and coalesce(backend_type, 'client backend') = 'client backend'`

async function refuseSecret(
  header: BackupHeader,
  keys: readonly WrappedKey[],
  { secrets, crypto }: RestoreOptions,
): Promise<void> {
  if (keys.length === 0) return
  const id = header.wrappingKeyId ?? 'unknown; it was not at hand when the backup was made'
  if (secrets === null) {
    throw new Refused(
      'secret_missing',
      `This backup needs the gateway secret with the id ${id}, and there is none here. Put it into gateway.secret in ` +
        'HOLDFAST_HOME, or into HOLDFAST_GATEWAY_SECRET. Without it no stored card can be read.',
    )
  }
  const closed = await firstKeyNotOpened(crypto, secrets, keys)
  if (closed === null) return
  throw new Refused(
    'secret_wrong',
    `The gateway secret that is here does not open the key ${closed} of this backup. It needs the secret with the id ` +
      `${id}. Put that one in its place; without it no stored card can be read.`,
  )
}

async function refuseMigrations(header: BackupHeader, { migrationsDir }: RestoreOptions): Promise<void> {
  const known = await readMigrations(migrationsDir ?? MIGRATIONS_DIR)
  for (const { number, name, sha256 } of header.migrations) {
    const ours = known[number - 1]
    if (ours === undefined) {
      throw new Refused(
        'backup_newer',
        `This backup has migration ${name}, which this Holdfast does not know: it was made by a newer one. Restore it ` +
          'with that version.',
      )
    }
    if (ours.sha256 !== sha256) {
      throw new Refused(
        'migration_differs',
        `Migration ${name} of this backup is not the ${ours.name} that this Holdfast has: it belongs to another version.`,
      )
    }
  }
}

function collectKeys(into: WrappedKey[]) {
  return (table: string, columns: readonly string[], rows: readonly BackupRow[]): void => {
    if (table !== 'gateway_keys') return
    const [id, purpose, wrapped] = ['key_id', 'purpose', 'wrapped_private'].map((name) =>
      columns.indexOf(name),
    )
    for (const row of rows) {
      into.push({
        keyId: row[id ?? -1] ?? '',
        purpose: row[purpose ?? -1] === 'signing' ? 'signing' : 'sealing',
        wrappedPrivate: row[wrapped ?? -1] ?? '',
      })
    }
  }
}
