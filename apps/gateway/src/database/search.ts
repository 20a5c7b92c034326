/** One condition of a search: a field, how it compares, and with what. */
export interface SearchClause {
  readonly field: string
  /** For `metadata["key"]`. */
  readonly key: string | null
  readonly operator: ':' | '~' | '<' | '<=' | '>' | '>='
  /** Null asks whether the field is empty. */
  readonly value: string | number | null
  readonly negated: boolean
}

export interface SearchQuery {
  readonly clauses: readonly SearchClause[]
  readonly joinedBy: 'and' | 'or'
}

/** `sql` is an expression over the searched rows; of `metadata`, the JSON itself. A moment is in Unix seconds outside. */
type SearchField =
  | { readonly kind: 'text' | 'token' | 'number' | 'json'; readonly sql: string }
  | { readonly kind: 'moment'; readonly sqlMs: string }

export type SearchFields = Readonly<Record<string, SearchField>>

export type CompiledSearch =
  | { readonly ok: true; readonly condition: string }
  | {
      readonly ok: false
      readonly clause: SearchClause
      readonly why: 'field_unknown' | 'operator_unfit' | 'value_unfit'
    }

/** The query as one SQL condition; `bind` takes a value and gives its place. */
export function compileSearch(
  { clauses, joinedBy }: SearchQuery,
  fields: SearchFields,
  bind: (value: unknown) => string,
): CompiledSearch {
  const conditions: string[] = []
  for (const clause of clauses) {
    const field = Object.hasOwn(fields, clause.field) ? fields[clause.field] : undefined
    if (field === undefined || (field.kind === 'json') !== (clause.key !== null)) {
      return { ok: false, clause, why: 'field_unknown' }
    }
    const condition = conditionOf(clause, field, bind)
    if (typeof condition !== 'string') return { ok: false, clause, why: condition.why }
    conditions.push(clause.negated ? `(${condition}) is not true` : `(${condition})`)
  }
  return { ok: true, condition: `(${conditions.join(` ${joinedBy} `)})` }
}

function conditionOf(
  { operator, value, key }: SearchClause,
  field: SearchField,
  bind: (value: unknown) => string,
): string | { readonly why: 'operator_unfit' | 'value_unfit' } {
  const sql = expressionOf(field, key, bind)
  if (value === null) return operator === ':' ? `${sql} is null` : { why: 'operator_unfit' }
  if (field.kind === 'number' || field.kind === 'moment') {
    if (operator === '~') return { why: 'operator_unfit' }
    const number = Number(value)
    if (!Number.isSafeInteger(number)) return { why: 'value_unfit' }
    return `${sql} ${operator === ':' ? '=' : operator} ${bind(number)}::bigint`
  }
  const said = String(value)
  if (operator === ':') return `lower(${sql}) = lower(${bind(said)})`
  if (operator !== '~' || field.kind === 'token') return { why: 'operator_unfit' }
  return said.length < SUBSTRING_MIN
    ? { why: 'value_unfit' }
    : `strpos(lower(${sql}), lower(${bind(said)})) > 0`
}

const SUBSTRING_MIN = 3

function expressionOf(field: SearchField, key: string | null, bind: (value: unknown) => string): string {
  // Whole seconds, as they are shown.
  if (field.kind === 'moment') return `(${field.sqlMs} / 1000)`
  return field.kind === 'json' ? `(${field.sql} ->> ${bind(key)})` : field.sql
}
