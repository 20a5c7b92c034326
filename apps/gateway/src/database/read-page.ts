import type { Tx } from './transaction.ts'

/** One page of a list, newest first. */
export interface Page {
  readonly limit: number
  /** Half-open range of the moment that the list goes by, Unix milliseconds. */
  readonly fromMs: number | null
  readonly beforeMs: number | null
  /** At most one of the two: older than, or newer than, this id. */
  readonly startingAfter: string | null
  readonly endingBefore: string | null
}

export type Listed<Item> =
  | { readonly ok: true; readonly items: Item[]; readonly hasMore: boolean }
  /** The cursor names nothing in this list. */
  | { readonly ok: false; readonly unknown: 'starting_after' | 'ending_before' }

/** A query that yields `id` and `at_ms`, and the values of its parameters. */
export interface PageSource {
  readonly items: string
  /** More of them, by queries of their own: each is read along its own index. */
  readonly also?: readonly string[]
  readonly values: readonly unknown[]
}

/**
 * Ids by (moment, id), newest first; one row more than asked tells whether there is another page. The cursor is looked up
 * in `whole`: what is done to each of a page may take it out of a list that is filtered, and the next page follows it still.
 */
export async function readPage(
  db: Tx,
  page: Page,
  source: PageSource,
  whole: PageSource = source,
): Promise<Listed<string>> {
  const parts = [source.items, ...(source.also ?? [])]
  const values = [...source.values]
  const bind = (value: unknown) => `$${values.push(value)}`
  const conditions: string[] = []
  const backwards = page.endingBefore !== null
  const cursor = page.startingAfter ?? page.endingBefore
  if (cursor !== null) {
    const all = [whole.items, ...(whole.also ?? [])].join(' union all ')
    const known = await db.query<{ at_ms: string }>(
      `select at_ms from (${all}) as item where id = $${whole.values.length + 1}`,
      [...whole.values, cursor],
    )
    const atMs = known.rows[0]?.at_ms
    if (atMs === undefined) return { ok: false, unknown: backwards ? 'ending_before' : 'starting_after' }
    conditions.push(`(at_ms, id) ${backwards ? '>' : '<'} (${bind(atMs)}::bigint, ${bind(cursor)})`)
  }
  if (page.fromMs !== null) conditions.push(`at_ms >= ${bind(page.fromMs)}`)
  if (page.beforeMs !== null) conditions.push(`at_ms < ${bind(page.beforeMs)}`)
  const order = backwards ? 'at_ms, id' : 'at_ms desc, id desc'
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const end = `order by ${order} limit ${bind(page.limit + 1)}`
  // One page of each: of a union as a whole every row would be read, to be sorted.
  const pages = parts.map((part) => `(select id, at_ms from (${part}) as item ${where} ${end})`)
  const { rows } = await db.query<{ id: string }>(
    `select id from (${pages.join(' union all ')}) as item ${end}`,
    values,
  )
  const ids = rows.slice(0, page.limit).map(({ id }) => id)
  return { ok: true, items: backwards ? ids.toReversed() : ids, hasMore: rows.length > page.limit }
}

/** How many there are; no more than `max` are counted. */
export async function countItems(
  db: Tx,
  { items, also = [], values }: PageSource,
  max: number,
): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from (
       select from (${[items, ...also].join(' union all ')}) as item limit $${values.length + 1}) as counted`,
    [...values, max],
  )
  return rows[0]?.count ?? 0
}
