import { must } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { quoted } from './table-shapes.ts'

export interface SchemaFacts {
  readonly schema: string
  /** There is something in it. */
  readonly used: boolean
  readonly owner: string
  /** Every role may look into it, as into `public` of a new database. */
  readonly open: boolean
  /** This role may rename it and make others. */
  readonly ours: boolean
}

const KEPT_PREFIX = 'before_restore_'

/** The schema that the gateway works in. */
export async function schemaFacts(tx: Tx): Promise<SchemaFacts> {
  const { rows } = await tx.query<SchemaFacts>(`
    select n.nspname as schema,
      exists (select from pg_class c where c.relnamespace = n.oid) as used,
      pg_get_userbyid(n.nspowner) as owner,
      coalesce(exists (
        select from aclexplode(n.nspacl) a where a.grantee = 0 and a.privilege_type = 'USAGE'), false) as open,
      pg_has_role(n.nspowner, 'usage') and has_database_privilege(current_database(), 'create') as ours
    from pg_namespace n where n.nspname = coalesce(current_schema(), 'public')`)
  return must(rows[0], 'a database has the schema of its search path')
}

/** Swaps the names. Returns what the schema of before is called from now on; null when it was empty and is gone. */
export async function placeSchema(
  tx: Tx,
  { current, fresh, nowMs }: { current: SchemaFacts; fresh: string; nowMs: number },
): Promise<string | null> {
  const name = quoted(current.schema)
  // 2026-11-21T02:15:00.000Z, without what a plain name cannot hold.
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/\D/g, '')
  const kept = current.used ? `${KEPT_PREFIX}${stamp}` : null
  await tx.query(kept === null ? `drop schema ${name}` : `alter schema ${name} rename to ${kept}`)
  await tx.query(`alter schema ${fresh} rename to ${name}`)
  if (current.open) await tx.query(`grant usage on schema ${name} to public`)
  await tx.query(`alter schema ${name} owner to ${quoted(current.owner)}`)
  return kept
}

/** Oldest first. */
export async function keptSchemas(tx: Tx): Promise<readonly { schema: string; bytes: number }[]> {
  const { rows } = await tx.query<{ schema: string; bytes: number }>(
    `select n.nspname as schema, coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 as bytes
     from pg_namespace n left join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
     where starts_with(n.nspname, $1) group by n.nspname order by n.nspname`,
    [KEPT_PREFIX],
  )
  return rows
}

/** For ever. */
export async function dropKeptSchema(tx: Tx, schema: string): Promise<void> {
  if (!schema.startsWith(KEPT_PREFIX)) throw new Error(`${schema} is not what a restore has kept`)
  await tx.query(`drop schema ${quoted(schema)} cascade`)
}
