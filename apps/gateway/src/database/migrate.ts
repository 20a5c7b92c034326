import { fileURLToPath } from 'node:url'

import type { Pool } from 'pg'

import { readMigrations, type Migration } from './read-migrations.ts'
import { transaction, type Tx } from './transaction.ts'

/**
 * Any fixed number; it only has to be the same in every process that migrates one database. A restore holds it too, so
 * that a gateway that starts meanwhile waits.
 */
export const MIGRATION_LOCK = 4_817_203_955

export const MIGRATIONS_DIR = fileURLToPath(new URL('./migrations/', import.meta.url))

/** The database and this code do not fit together; nothing was changed. The message says what to do. */
export class MigrationRefused extends Error {
  readonly reason: 'database_is_newer' | 'migration_edited' | 'migration_unknown' | 'migration_out_of_order'

  constructor(reason: MigrationRefused['reason'], message: string) {
    super(message)
    this.name = 'MigrationRefused'
    this.reason = reason
  }
}

/**
 * Brings the database up to the newest migration in `dir` and returns the names it applied, oldest first. Each runs in
 * a transaction of its own, together with the row that records it, under an advisory lock: processes that start at the
 * same moment take turns, and a kill or a lost answer at any point is healed by running again.
 */
export async function migrate(pool: Pool, dir = MIGRATIONS_DIR): Promise<readonly string[]> {
  const migrations = await readMigrations(dir)
  const applied: string[] = []
  for (;;) {
    const name = await transaction(pool, (tx) => applyNext(tx, migrations))
    if (name === undefined) return applied
    applied.push(name)
  }
}

/** All migrations up to `numberMax`, in the caller's transaction and in the schema that its search path names first. */
export async function migrateWithin(
  tx: Tx,
  { numberMax = Number.POSITIVE_INFINITY, dir = MIGRATIONS_DIR }: { numberMax?: number; dir?: string } = {},
): Promise<readonly string[]> {
  const migrations = (await readMigrations(dir)).filter(({ number }) => number <= numberMax)
  const applied: string[] = []
  for (;;) {
    const name = await applyNext(tx, migrations)
    if (name === undefined) return applied
    applied.push(name)
  }
}

/** The number of the newest migration that the database has; null when it does not say. */
export async function newestMigration(pool: Pool): Promise<number | null> {
  try {
    const { rows } = await pool.query<{ number: number | null }>(
      'select max(number) as number from schema_migrations',
    )
    return rows[0]?.number ?? null
  } catch {
    return null
  }
}

/** The number of the newest migration that this code knows. */
export async function newestKnownMigration(dir = MIGRATIONS_DIR): Promise<number> {
  return (await readMigrations(dir)).at(-1)?.number ?? 0
}

async function applyNext(tx: Tx, migrations: readonly Migration[]): Promise<string | undefined> {
  await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
  await tx.query(`
    create table if not exists schema_migrations (
      number integer primary key,
      name text not null,
      sha256 text not null,
      breaking boolean not null,
      applied_at timestamptz not null default now()
    )`)
  const { rows } = await tx.query<AppliedMigration>(
    'select number, name, sha256, breaking from schema_migrations order by number',
  )
  refuseMisfit(rows, migrations)
  const newest = rows.at(-1)?.number ?? 0
  const next = migrations.find((migration) => migration.number > newest)
  if (next === undefined) return undefined
  await tx.query(next.sql)
  await tx.query('insert into schema_migrations (number, name, sha256, breaking) values ($1, $2, $3, $4)', [
    next.number,
    next.name,
    next.sha256,
    next.breaking,
  ])
  return next.name
}

type AppliedMigration = Omit<Migration, 'sql'>

function refuseMisfit(applied: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const known = new Map(migrations.map((migration) => [migration.number, migration]))
  const newestKnown = migrations.at(-1)?.number ?? 0
  for (const row of applied) {
    if (row.number > newestKnown) {
      // A newer release may have added things that this one does not see. Only what would break it is marked so.
      if (!row.breaking) continue
      throw new MigrationRefused(
        'database_is_newer',
        `A newer Holdfast has changed this database in a way this one cannot work with (${row.name}; this one knows ` +
          `up to ${newestKnown}). Start the newer version, or restore the backup made before the upgrade.`,
      )
    }
    const ours = known.get(row.number)
    if (ours === undefined) {
      throw new MigrationRefused(
        'migration_unknown',
        `This database has migration ${row.name}, which this Holdfast does not have. It belongs to another version.`,
      )
    }
    if (ours.sha256 !== row.sha256) {
      throw new MigrationRefused(
        'migration_edited',
        `Migration ${ours.name} was edited after this database had run it as ${row.name}. Restore its text and put ` +
          'the change into a new migration.',
      )
    }
  }
  const present = new Set(applied.map((row) => row.number))
  const newest = applied.at(-1)?.number ?? 0
  const skipped = migrations.find((migration) => migration.number < newest && !present.has(migration.number))
  if (skipped !== undefined) {
    throw new MigrationRefused(
      'migration_out_of_order',
      `Migration ${skipped.name} was added before ${newest}, which this database already has. Give it a higher number.`,
    )
  }
}
