import type { SearchClause, SearchQuery } from '../../../database/search.ts'
import { invalidParameter, type StripeRefusal } from '../stripe-refusal.ts'
import type { Read } from './read-parameters.ts'

const CLAUSES_MAX = 10
const CLAUSE =
  /^(-)?([a-z_0-9]+(?:\.[a-z_0-9]+)*)(?:\[("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\])?(:|~|<=|>=|<|>)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+|null)(?=\s|$)/i

/** Stripe's search language: `status:"succeeded" AND metadata["order"]:"7" AND -created<1700000000`. */
export function parseSearchQuery(query: string): Read<SearchQuery> {
  const clauses: SearchClause[] = []
  const words = new Set<'and' | 'or'>()
  let rest = query.trim()
  while (rest !== '') {
    const found = CLAUSE.exec(rest)
    if (found === null) return unreadable(`near '${rest.slice(0, 40)}'`)
    const [whole, minus, field = '', key, operator = '', value = ''] = found
    clauses.push({
      field: field.toLowerCase(),
      key: key === undefined ? null : unquoted(key),
      operator: operator as SearchClause['operator'],
      value: valueOf(value),
      negated: minus !== undefined,
    })
    rest = rest.slice(whole.length).trim()
    if (rest === '') break
    const word = /^(and|or)\s+/i.exec(rest)
    words.add(word?.[1]?.toLowerCase() === 'or' ? 'or' : 'and')
    rest = rest.slice(word?.[0].length ?? 0)
    if (rest === '') return unreadable('after the last AND or OR')
  }
  if (clauses.length === 0) return unreadable('because it is empty')
  if (clauses.length > CLAUSES_MAX) return unreadable(`because it has more than ${CLAUSES_MAX} clauses`)
  if (words.size > 1) return unreadable('because AND and OR cannot be combined')
  return { ok: true, value: { clauses, joinedBy: words.has('or') ? 'or' : 'and' } }
}

/** Why a query that was read cannot be run. */
export function unfitClause(
  { field }: SearchClause,
  why: 'field_unknown' | 'operator_unfit' | 'value_unfit',
): StripeRefusal {
  const reasons = {
    field_unknown: `Field \`${field}\` is an unsupported search field for this resource.`,
    operator_unfit: `Field \`${field}\` cannot be searched with this operator.`,
    value_unfit: `Field \`${field}\` cannot be searched for this value.`,
  }
  return invalidParameter('query', reasons[why])
}

function unreadable(where: string): Read<never> {
  return {
    ok: false,
    refusal: invalidParameter('query', `We were unable to parse your search query ${where}.`),
  }
}

function valueOf(text: string): string | number | null {
  if (text === 'null') return null
  return /^-?\d+$/.test(text) ? Number(text) : unquoted(text)
}

function unquoted(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}
