import type { Tx } from '../database/transaction.ts'
import { BackupDamaged, type BackupFacts, readBackup } from './read-backup.ts'
import { quoted, readTableShapes, type TableShape } from './table-shapes.ts'

export interface Loading {
  readonly file: string
  /** Freshly migrated to what the backup was taken at; what migrations put in is replaced. */
  readonly schema: string
  /** What the file was a moment ago. */
  readonly expected: BackupFacts
  readonly progress: (line: string) => void
}

const PROGRESS_EVERY_ROWS = 50_000

/** Reads the file a second time, into the tables. Throws when it is not the file that was read before. */
export async function loadBackup(tx: Tx, { file, schema, expected, progress }: Loading): Promise<void> {
  const shapes = new Map((await readTableShapes(tx, schema)).map((shape) => [shape.name, shape]))
  const names = [...shapes.keys()].map((name) => `${quoted(schema)}.${quoted(name)}`)
  await tx.query(`truncate ${names.join(', ')}`)
  let [loaded, said] = [0, 0]
  const facts = await readBackup(file, {
    async rows(table, columns, rows) {
      const text = insertion(schema, shapeOf(shapes, table), columns)
      await tx.query(
        text,
        columns.map((_, at) => rows.map((row) => row[at] ?? null)),
      )
      loaded += rows.length
      if (loaded - said < PROGRESS_EVERY_ROWS) return
      said = loaded
      progress(`${loaded} of ${expected.rows} rows`)
    },
  })
  if (facts.sha256 !== expected.sha256)
    throw new Error(`${file} changed while it was read. Nothing was changed.`)
  for (const { name, lastValue, isCalled } of facts.header.sequences) {
    await tx.query('select setval($1::regclass, $2::bigint, $3)', [
      `${quoted(schema)}.${quoted(name)}`,
      lastValue,
      isCalled,
    ])
  }
  // Or the first queries of the new gateway would be planned for empty tables.
  await tx.query(`analyze ${names.join(', ')}`)
  progress(`${loaded} rows are in`)
}

/** One array of texts per column; PostgreSQL reads each text as it wrote it. */
function insertion(schema: string, shape: TableShape, columns: readonly string[]): string {
  const types = new Map(shape.columns.map(({ name, type }) => [name, type]))
  const values = columns.map((name, at) => {
    const type = types.get(name)
    if (type === undefined)
      throw new BackupDamaged(shape.name, `it has a column ${name} that the table has not`)
    return `v.c${at}::${type}`
  })
  const arrays = columns.map((_, at) => `$${at + 1}::text[]`)
  return (
    `insert into ${quoted(schema)}.${quoted(shape.name)} (${columns.map(quoted).join(', ')}) overriding system value ` +
    `select ${values.join(', ')} from unnest(${arrays.join(', ')}) as v(${columns.map((_, at) => `c${at}`).join(', ')})`
  )
}

function shapeOf(shapes: ReadonlyMap<string, TableShape>, table: string): TableShape {
  const shape = shapes.get(table)
  if (shape === undefined) throw new BackupDamaged(table, 'no such table was there when it was made')
  return shape
}
