import { assert } from '@holdfast/core'
import { type CustomTypesConfig, types } from 'pg'

/** The columns of one table as a statement writes and reads them, in this order. */
export type Columns = Readonly<Record<string, ColumnType>>

type ColumnType = 'text' | 'bigint' | 'integer' | 'smallint' | 'boolean' | 'json'

interface Values {
  readonly text: string
  readonly bigint: number
  readonly integer: number
  readonly smallint: number
  readonly boolean: boolean
  readonly json: unknown
}

export type SqlRow<Of extends Columns> = { readonly [Name in keyof Of]: Values[Of[Name]] | null }

/** `payment, mode, …`, for an insert. */
export function namesOf(columns: Columns): string {
  return Object.keys(columns).join(', ')
}

/** `p.payment as p_payment, …`, for a select that joins several tables. */
export function selectOf(columns: Columns, table: string): string {
  return Object.keys(columns)
    .map((name) => `${table}.${name} as ${table}_${name}`)
    .join(', ')
}

/** `payment = v.payment, …` for all columns but those in `keys`. */
export function assignmentsOf(columns: Columns, source: string, keys: readonly string[]): string {
  return Object.keys(columns)
    .filter((name) => !keys.includes(name))
    .map((name) => `${name} = ${source}.${name}`)
    .join(', ')
}

/** Any number of rows in one statement: one array parameter per column, from `$first` on. */
export function unnestOf(columns: Columns, alias: string, first = 1): string {
  const arrays = Object.values(columns).map((type, at) => `$${first + at}::${type}[]`)
  return `unnest(${arrays.join(', ')}) as ${alias}(${namesOf(columns)})`
}

export function arraysOf<Of extends Columns>(columns: Of, rows: readonly SqlRow<Of>[]): unknown[][] {
  const names: (keyof Of)[] = Object.keys(columns)
  return names.map((name) => rows.map((row) => parameter(columns[name], row[name])))
}

/** The columns of one table out of a joined row; null when the outer join found none. */
export function pick<Of extends Columns>(
  columns: Of,
  table: string,
  joined: Readonly<Record<string, unknown>>,
  key: keyof Of & string,
): SqlRow<Of> | null {
  if (joined[`${table}_${key}`] === null) return null
  const entries = Object.keys(columns).map((name) => [name, joined[`${table}_${name}`]])
  // The select names exactly these columns, and their types are the table's.
  return Object.fromEntries(entries) as SqlRow<Of>
}

/** Every bigint of ours is a time, a count or an amount within 2^53, and comes back as a number. */
export const numericTypes: CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === types.builtins.INT8) return safeInteger
    return types.getTypeParser(oid, format)
  },
}

function safeInteger(text: string): number {
  const value = Number(text)
  assert(Number.isSafeInteger(value), 'a bigint of ours fits a number')
  return value
}

function parameter(type: ColumnType | undefined, value: unknown): unknown {
  if (value === null) return null
  if (type === 'json') return JSON.stringify(value)
  // PostgreSQL's text holds no NUL. A device may send one in a free text, and that must not block its batch.
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u{FFFD}') : value
}
