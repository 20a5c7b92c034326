import { invalidInteger, invalidParameter, type StripeRefusal, unknownParameter } from './stripe-refusal.ts'
import type { Page } from '../../payments/payment-queries.ts'

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: StripeRefusal }

/** Which paths `expand` may name. A path to what Holdfast never has is admitted and expands to the null it is. */
export interface Expandable {
  readonly [name: string]: Expandable
}

const LIMIT_DEFAULT = 10
const LIMIT_MAX = 100
const EXPAND_DEPTH_MAX = 4

/** `expand[]=…` or `expand[0]=…`, as every client of Stripe spells it; any other parameter is unknown. */
export function readRetrieve(query: Query, expandable: Expandable): Read<ReadonlySet<string>> {
  for (const name of Object.keys(query)) {
    if (!isExpand(name)) return refuse(unknownParameter(name))
  }
  return readExpand(query, expandable)
}

export interface ListParameters {
  readonly page: Page
  readonly expand: ReadonlySet<string>
  /** Filters other than the common ones. */
  readonly filters: Readonly<Record<string, string>>
}

/** `expandable` is of one item; a list's paths begin with `data`. */
export function readList(
  query: Query,
  expandable: Expandable,
  filterNames: readonly string[],
): Read<ListParameters> {
  const filters: Record<string, string> = {}
  const created: Partial<Record<Bound, number>> = {}
  let limit = LIMIT_DEFAULT
  const cursors: { starting_after?: string; ending_before?: string } = {}
  for (const [name, given] of Object.entries(query)) {
    if (isExpand(name)) continue
    if (typeof given !== 'string') return refuse(invalidParameter(name, `${name} may be given once.`))
    const bound = boundOf(name)
    if (bound !== undefined) {
      if (!isInteger(given)) return refuse(invalidInteger(name, given))
      created[bound] = Number(given)
    } else if (name === 'limit') {
      if (!isInteger(given)) return refuse(invalidInteger(name, given))
      limit = Number(given)
      if (limit < 1 || limit > LIMIT_MAX)
        return refuse(invalidParameter(name, `limit must be between 1 and ${LIMIT_MAX} (it is '${given}').`))
    } else if (name === 'starting_after' || name === 'ending_before') {
      cursors[name] = given
    } else if (filterNames.includes(name)) {
      filters[name] = given
    } else return refuse(unknownParameter(name))
  }
  if (cursors.starting_after !== undefined && cursors.ending_before !== undefined) {
    return refuse(invalidParameter('ending_before', 'Give starting_after or ending_before, not both.'))
  }
  const expand = readExpand(query, { data: expandable })
  if (!expand.ok) return expand
  const page: Page = {
    limit,
    ...rangeOf(created),
    startingAfter: cursors.starting_after ?? null,
    endingBefore: cursors.ending_before ?? null,
  }
  const paths = [...expand.value].flatMap((path) => (path === 'data' ? [] : [path.slice('data.'.length)]))
  return { ok: true, value: { page, expand: new Set(paths), filters } }
}

/** Every prefix of every path, so that `a.b` expands `a` too. */
function readExpand(query: Query, expandable: Expandable): Read<ReadonlySet<string>> {
  const paths = new Set<string>()
  for (const [name, given] of Object.entries(query)) {
    if (!isExpand(name)) continue
    for (const path of [given ?? []].flat()) {
      const parts = path.split('.')
      let at: Expandable | undefined = expandable
      for (const [depth, part] of parts.entries()) {
        at = Object.hasOwn(at, part) ? at[part] : undefined
        if (at === undefined || depth >= EXPAND_DEPTH_MAX)
          return refuse(invalidParameter('expand', `This property cannot be expanded (${path}).`))
        paths.add(parts.slice(0, depth + 1).join('.'))
      }
    }
  }
  return { ok: true, value: paths }
}

type Bound = 'gt' | 'gte' | 'lt' | 'lte' | 'exactly'

function boundOf(name: string): Bound | undefined {
  if (name === 'created') return 'exactly'
  const bound = /^created\[(gt|gte|lt|lte)\]$/.exec(name)?.[1]
  return bound === 'gt' || bound === 'gte' || bound === 'lt' || bound === 'lte' ? bound : undefined
}

/** Whole seconds as a half-open range of milliseconds. */
function rangeOf(created: Partial<Record<Bound, number>>): Pick<Page, 'fromMs' | 'beforeMs'> {
  const from = [created.gte, created.exactly, created.gt === undefined ? undefined : created.gt + 1].filter(
    (second) => second !== undefined,
  )
  const before = [
    created.lt,
    created.lte === undefined ? undefined : created.lte + 1,
    created.exactly === undefined ? undefined : created.exactly + 1,
  ].filter((second) => second !== undefined)
  return {
    fromMs: from.length === 0 ? null : Math.max(...from) * 1_000,
    beforeMs: before.length === 0 ? null : Math.min(...before) * 1_000,
  }
}

function isExpand(name: string): boolean {
  return /^expand(\[\d{0,2}\])?$/.test(name)
}

/** Seconds have ten digits; more than twelve would leave what a bigint of milliseconds holds. */
function isInteger(text: string): boolean {
  return /^\d{1,12}$/.test(text)
}

function refuse<Value>(refusal: StripeRefusal): Read<Value> {
  return { ok: false, refusal }
}
