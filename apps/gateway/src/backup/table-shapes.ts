import { assert } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'

export interface TableShape {
  readonly name: string
  /** Those that hold data of their own, in the table's order, with their SQL types. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/** Its rows are what `migrate` writes; the header of a backup names them. */
const MIGRATIONS_TABLE = 'schema_migrations'

/** Every table of the schema, each behind those that its foreign keys point to, so that rows can go in by this order. */
export async function readTableShapes(tx: Tx, schema: string): Promise<readonly TableShape[]> {
  const columns = await tx.query<{ table: string; column: string; type: string }>(COLUMNS, [schema])
  const links = await tx.query<{ child: string; parent: string }>(FOREIGN_KEYS, [schema])
  const byTable = Map.groupBy(columns.rows, (row) => row.table)
  byTable.delete(MIGRATIONS_TABLE)
  const shapes = [...byTable].map(([name, of]) => ({
    name,
    columns: of.map(({ column, type }) => ({ name: column, type })),
  }))
  return parentsFirst(shapes, links.rows)
}

export async function readSequences(
  tx: Tx,
  schema: string,
): Promise<readonly { name: string; lastValue: string; isCalled: boolean }[]> {
  const names = await tx.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relkind = 'S' order by c.relname`,
    [schema],
  )
  const found = []
  for (const { name } of names.rows) {
    const { rows } = await tx.query<{ last: string; called: boolean }>(
      `select last_value::text as last, is_called as called from ${quoted(schema)}.${quoted(name)}`,
    )
    for (const { last, called } of rows) found.push({ name, lastValue: last, isCalled: called })
  }
  return found
}

/** A name as SQL takes it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function parentsFirst(
  shapes: readonly TableShape[],
  links: readonly { readonly child: string; readonly parent: string }[],
): TableShape[] {
  const placed = new Set<string>()
  const ordered: TableShape[] = []
  while (ordered.length < shapes.length) {
    const next = shapes.filter(
      ({ name }) =>
        !placed.has(name) && links.every(({ child, parent }) => child !== name || placed.has(parent)),
    )
    assert(next.length > 0, 'no table points to itself through others')
    for (const shape of next) {
      placed.add(shape.name)
      ordered.push(shape)
    }
  }
  return ordered
}

const COLUMNS = `
  select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  where n.nspname = $1 and c.relkind in ('r', 'p') and not c.relispartition
  order by c.relname, a.attnum`

const FOREIGN_KEYS = `
  select child.relname as child, parent.relname as parent
  from pg_constraint k
  join pg_class child on child.oid = k.conrelid
  join pg_class parent on parent.oid = k.confrelid
  join pg_namespace n on n.oid = child.relnamespace and n.oid = parent.relnamespace
  where n.nspname = $1 and k.contype = 'f' and k.conrelid <> k.confrelid`
