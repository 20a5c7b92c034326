import { must } from '@holdfast/core'
import type { Tx } from '../../../database/transaction.ts'
import { invalidParameter } from '../stripe-refusal.ts'
import type { Form } from './decode-form.ts'
import type { Expansion, ObjectKinds, StripeObject, Viewing } from './object-kinds.ts'
import { listOf, text } from './parameter-kinds.ts'
import { type Read, readParameters } from './read-parameters.ts'

/** What to expand, by field, and what in that again. */
export interface ExpandTree {
  readonly [field: string]: ExpandTree
}

const DEPTH_MAX = 4

/** `expand[]=a.b` against what `kind` can expand; of a list or a search the paths begin with `data`. */
export function readExpand(
  kinds: ObjectKinds,
  kind: string,
  given: Form[string] | undefined,
  { isList = false }: { isList?: boolean } = {},
): Read<ExpandTree> {
  if (given === undefined) return { ok: true, value: {} }
  const paths = readParameters(listOf(text()), given as Form)
  if (!paths.ok) return { ok: false, refusal: { ...paths.refusal, param: 'expand' } }
  const tree: Record<string, ExpandTree> = {}
  for (const path of paths.value) {
    const parts = path.split('.')
    const fields = isList ? parts.slice(1) : parts
    if ((isList && parts[0] !== 'data') || parts.length > DEPTH_MAX || !isKnown(kinds, kind, fields)) {
      const why =
        parts.length > DEPTH_MAX
          ? 'You cannot expand more than 4 levels of a property'
          : 'This property cannot be expanded'
      return { ok: false, refusal: invalidParameter('expand', `${why} (${path}).`) }
    }
    addPath(tree, fields)
  }
  return { ok: true, value: tree }
}

/** The objects with their expansions: one query per field and level, however many objects there are. */
export async function expandObjects(
  db: Tx,
  viewing: Viewing,
  kinds: ObjectKinds,
  kind: string,
  objects: readonly StripeObject[],
  tree: ExpandTree,
): Promise<StripeObject[]> {
  let expanded = [...objects]
  for (const [field, inner] of Object.entries(tree)) {
    const expansion = must(expansionOf(kinds, kind, field), 'the path was read against the same kinds')
    if ('never' in expansion || expanded.length === 0) continue
    expanded =
      'list' in expansion
        ? await includeLists(field, expansion, inner, expanded)
        : await followIds(field, expansion.kind, inner, expanded)
  }
  return expanded

  async function followIds(field: string, target: string, inner: ExpandTree, parents: StripeObject[]) {
    const ids = [...new Set(parents.map((parent) => parent[field]).filter((id) => typeof id === 'string'))]
    const found = await must(kinds[target], `${target} is a kind`).render(db, viewing, ids)
    const whole = await expandObjects(db, viewing, kinds, target, [...found.values()], inner)
    const byId = new Map(whole.map((object) => [object.id, object]))
    return parents.map((parent) => {
      const id = parent[field]
      return typeof id === 'string' ? Object.assign({ ...parent }, { [field]: byId.get(id) ?? id }) : parent
    })
  }

  async function includeLists(
    field: string,
    { list, include }: Extract<Expansion, { list: string }>,
    inner: ExpandTree,
    parents: StripeObject[],
  ) {
    const lists = await include(
      db,
      viewing,
      parents.map((parent) => parent.id),
    )
    return Promise.all(
      parents.map(async (parent) => {
        const found = must(lists.get(parent.id), 'every parent has its list')
        const data = await expandObjects(db, viewing, kinds, list, found.data, inner['data'] ?? {})
        return Object.assign({ ...parent }, { [field]: { ...found, data } })
      }),
    )
  }
}

/** What a restricted key must be allowed to read for it, besides the objects that it asks for. */
export function expandedResources(kinds: ObjectKinds, kind: string, tree: ExpandTree): readonly string[] {
  return Object.entries(tree).flatMap(([field, inner]) => {
    const expansion = must(expansionOf(kinds, kind, field), 'the path was read against the same kinds')
    if ('never' in expansion) return []
    const isList = 'list' in expansion
    const target = isList ? expansion.list : expansion.kind
    const own = kinds[target]?.resources ?? [target.replace('.', '_')]
    return [...own, ...expandedResources(kinds, target, isList ? (inner['data'] ?? {}) : inner)]
  })
}

function isKnown(kinds: ObjectKinds, kind: string, fields: readonly string[]): boolean {
  let at: string | null = kind
  let inList = false
  for (const field of fields) {
    if (inList) {
      if (field !== 'data') return false
      inList = false
      continue
    }
    const expansion: Expansion | undefined = at === null ? undefined : expansionOf(kinds, at, field)
    if (expansion === undefined) return false
    if ('never' in expansion) at = null
    else if ('list' in expansion) [at, inList] = [expansion.list, true]
    else at = expansion.kind
  }
  return true
}

function expansionOf(kinds: ObjectKinds, kind: string, field: string): Expansion | undefined {
  const expandable = kinds[kind]?.expandable ?? {}
  return Object.hasOwn(expandable, field) ? expandable[field] : undefined
}

function addPath(tree: Record<string, ExpandTree>, fields: readonly string[]): void {
  let at = tree
  for (const field of fields) {
    const inner: Record<string, ExpandTree> = { ...at[field] }
    at[field] = inner
    at = inner
  }
}
