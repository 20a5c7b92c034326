import { must } from '@holdfast/core'
import type * as z from 'zod'
import { countItems, type Listed, type Page, type PageSource, readPage } from '../../../database/read-page.ts'
import { compileSearch, type SearchFields, type SearchQuery } from '../../../database/search.ts'
import type { Scope } from '../../../database/scope.ts'
import { invalidParameter } from '../stripe-refusal.ts'
import type { Form } from './decode-form.ts'
import { expandedResources, expandObjects, type ExpandTree, readExpand } from './expand.ts'
import type { StripeObject } from './object-kinds.ts'
import {
  type Answered,
  type Operation,
  pathId,
  type Permission,
  type Refusing,
  type StripeContext,
  viewingOf,
} from './operation.ts'
import { hash, integer, type SecondsRange, secondsRange, text } from './parameter-kinds.ts'
import { readParameters } from './read-parameters.ts'
import { parseSearchQuery, unfitClause } from './search-query.ts'

const LIMIT_DEFAULT = 10
const LIMIT_MAX = 100
/** Stripe's is exact up to here as well. */
const COUNTED_MAX = 10_000

interface ObjectSpec {
  readonly path: string
  /** The kind that is answered. */
  readonly object: string
  readonly needs: Permission
}

/** One object by the `:id` of the path. `param` is what Stripe calls the id in errors. */
export function retrieve({
  path,
  object,
  needs,
  param = 'id',
}: ObjectSpec & { readonly param?: string }): Operation {
  return {
    method: 'GET',
    path,
    needs,
    prepare({ expand: wanted, ...form }, kinds) {
      const none = readParameters(hash({}), form)
      if (!none.ok) return none
      const expand = readExpand(kinds, object, wanted)
      if (!expand.ok) return expand
      const run = async (context: StripeContext): Promise<Answered> => {
        const id = pathId(context)
        const [body] = await renderInOrder(context, object, [id], expand.value)
        return body === undefined ? { missing: { object, id, param } } : { body }
      }
      const expands = expandedResources(kinds, object, expand.value)
      return { ok: true, value: { does: 'read', expands, run } }
    },
  }
}

export interface ListSpec<Shape extends z.ZodRawShape> extends ObjectSpec {
  /** Besides `created`, `limit`, `starting_after`, `ending_before` and `expand`. */
  readonly filters: Shape
  /** What the filters leave, as `id` and `at_ms`, of this account and mode only. */
  source(
    context: StripeContext,
    filters: z.output<z.ZodObject<Shape>>,
  ): PageSource | Refusing | Promise<PageSource | Refusing>
}

/** Newest first, a page at a time. */
export function list<Shape extends z.ZodRawShape>(spec: ListSpec<Shape>): Operation {
  const { path, object, needs } = spec
  const schema = hash({ ...PAGE, ...spec.filters })
  const unfiltered = hash(spec.filters).parse({})
  return {
    method: 'GET',
    path,
    needs,
    prepare({ expand: wanted, ...form }, kinds) {
      const parameters = readParameters(schema, form)
      if (!parameters.ok) return parameters
      const expand = readExpand(kinds, object, wanted, { isList: true })
      if (!expand.ok) return expand
      // `schema` is made of both shapes, which the compiler cannot take apart again.
      const asked = parameters.value as z.output<typeof pageSchema>
      const filters = parameters.value as unknown as z.output<z.ZodObject<Shape>>
      if (asked.starting_after !== undefined && asked.ending_before !== undefined) {
        const message = 'You may only specify one of these parameters: starting_after, ending_before.'
        return { ok: false, refusal: invalidParameter('ending_before', message) }
      }
      const run = async (context: StripeContext): Promise<Answered> => {
        const source = await spec.source(context, filters)
        if (!('items' in source)) return source
        const whole = await spec.source(context, unfiltered)
        const page = pageOf(asked)
        const listed = await readPage(context.pool, page, source, 'items' in whole ? whole : source)
        if (!listed.ok) return unknownCursor(object, page, listed)
        const data = await renderInOrder(context, object, listed.items, expand.value)
        return {
          body: { object: 'list', data, has_more: listed.hasMore, url: `/v1${concrete(path, context)}` },
        }
      }
      const expands = expandedResources(kinds, object, expand.value)
      return { ok: true, value: { does: 'read', expands, run } }
    },
  }
}

export interface SearchSpec extends ObjectSpec {
  /** Everything of this account and mode, as a query that ends in its `where`, over which the fields are expressions. */
  source(scope: Scope): PageSource
  readonly fields: SearchFields
}

/** Stripe's `query` language over one kind of object. */
export function search(spec: SearchSpec): Operation {
  const { path, object, needs } = spec
  const schema = hash({ query: text(), limit: PAGE.limit, page: text().optional() })
  return {
    method: 'GET',
    path,
    needs,
    prepare({ expand: wanted, ...form }, kinds) {
      const parameters = readParameters(schema, form)
      if (!parameters.ok) return parameters
      const query = parseSearchQuery(parameters.value.query)
      if (!query.ok) return query
      const { isCounted, others } = takeTotalCount(wanted)
      const expand = readExpand(kinds, object, others, { isList: true })
      if (!expand.ok) return expand
      const { limit = LIMIT_DEFAULT, page: token } = parameters.value
      const after = token === undefined ? null : Buffer.from(token, 'base64url').toString('utf8')
      const run = async (context: StripeContext): Promise<Answered> => {
        const source = searchSource(spec, context.scope, query.value)
        if (!('items' in source)) return source
        const page = { limit, fromMs: null, beforeMs: null, startingAfter: after, endingBefore: null }
        const listed = await readPage(context.pool, page, source, spec.source(context.scope))
        if (!listed.ok)
          return { refusal: invalidParameter('page', 'Invalid page: it is not one that a search gave.') }
        const data = await renderInOrder(context, object, listed.items, expand.value)
        const last = listed.items.at(-1)
        const next = listed.hasMore && last !== undefined ? Buffer.from(last).toString('base64url') : null
        return {
          body: {
            object: 'search_result',
            data,
            has_more: listed.hasMore,
            next_page: next,
            ...(isCounted ? { total_count: await countItems(context.pool, source, COUNTED_MAX) } : {}),
            url: `/v1${path}`,
          },
        }
      }
      const expands = expandedResources(kinds, object, expand.value)
      return { ok: true, value: { does: 'read', expands, run } }
    },
  }
}

/** Of a search the number of all that it finds can be expanded, as if it were an object. */
function takeTotalCount(wanted: Form[string] | undefined): {
  readonly isCounted: boolean
  readonly others: Form[string] | undefined
} {
  if (typeof wanted !== 'object') return { isCounted: false, others: wanted }
  const others = Object.entries(wanted).filter(([, path]) => path !== 'total_count')
  const isCounted = others.length < Object.keys(wanted).length
  return { isCounted, others: others.length === 0 ? undefined : Object.fromEntries(others) }
}

/** In the order of `ids`; what is not there is left out. */
export async function renderInOrder(
  context: StripeContext,
  object: string,
  ids: readonly string[],
  expand: ExpandTree,
): Promise<StripeObject[]> {
  const { pool, kinds } = context
  const viewing = viewingOf(context)
  const found = await must(kinds[object], `${object} is a kind`).render(pool, viewing, ids)
  const ordered = ids.flatMap((id) => found.get(id) ?? [])
  return expandObjects(pool, viewing, kinds, object, ordered, expand)
}

const PAGE = {
  created: secondsRange().optional(),
  limit: integer({ min: 1, max: LIMIT_MAX }).optional(),
  starting_after: text().optional(),
  ending_before: text().optional(),
}
const pageSchema = hash(PAGE)

function pageOf({ created, limit, starting_after, ending_before }: z.output<typeof pageSchema>): Page {
  return {
    limit: limit ?? LIMIT_DEFAULT,
    ...rangeMs(created),
    startingAfter: starting_after ?? null,
    endingBefore: ending_before ?? null,
  }
}

/** Whole seconds as a half-open range of milliseconds. */
export function rangeMs(range: SecondsRange | undefined): Pick<Page, 'fromMs' | 'beforeMs'> {
  const { gt, gte, lt, lte } = range ?? {}
  const from = [gte, gt === undefined ? undefined : gt + 1].filter((second) => second !== undefined)
  const before = [lt, lte === undefined ? undefined : lte + 1].filter((second) => second !== undefined)
  return {
    fromMs: from.length === 0 ? null : Math.max(...from) * 1_000,
    beforeMs: before.length === 0 ? null : Math.min(...before) * 1_000,
  }
}

function unknownCursor(
  object: string,
  page: Page,
  { unknown }: Extract<Listed<string>, { ok: false }>,
): Refusing {
  const id = (unknown === 'starting_after' ? page.startingAfter : page.endingBefore) ?? ''
  return { missing: { object, id, param: unknown } }
}

function searchSource(spec: SearchSpec, scope: Scope, query: SearchQuery): PageSource | Refusing {
  const { items, also = [], values } = spec.source(scope)
  const bound = [...values]
  const compiled = compileSearch(query, spec.fields, (value) => `$${bound.push(value)}`)
  if (!compiled.ok) return { refusal: unfitClause(compiled.clause, compiled.why) }
  const matching = (part: string) => `${part} and ${compiled.condition}`
  return { items: matching(items), also: also.map(matching), values: bound }
}

/** The path with the ids of this call, as the client asks for the next page. */
function concrete(path: string, { ids }: StripeContext): string {
  return path.replaceAll(/:(\w+)/g, (_whole, name: string) => ids[name] ?? '')
}
