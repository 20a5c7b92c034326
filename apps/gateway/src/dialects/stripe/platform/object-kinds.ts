import type { Tx } from '../../../database/transaction.ts'
import type { Scope } from '../../../database/scope.ts'

/** An object as `/v1` answers it, with ids where other objects could stand. */
export interface StripeObject {
  readonly id: string
  readonly object: string
  readonly [field: string]: unknown
}

/** Whose objects are shown, and when: what passes by itself (a hold, a deadline, a silence) is judged at that moment. */
export interface Viewing extends Scope {
  readonly nowMs: number
  /** Where this gateway is reached, for links to its documentation. */
  readonly gatewayUrl: string
  /** The acquirer's contract takes more on top of a hold. */
  readonly takesIncrements?: boolean
}

/** One kind of object: how it is rendered, many at once, and what in it can be expanded. */
export interface ObjectKind {
  /** Ids that are not of this account and mode are left out. Works inside a transaction as well as on a pool. */
  readonly render: (
    db: Tx,
    viewing: Viewing,
    ids: readonly string[],
  ) => Promise<ReadonlyMap<string, StripeObject>>
  readonly expandable: Readonly<Record<string, Expansion>>
  /** What a restricted key must be allowed to read of it, where that is not its own name. */
  readonly resources?: readonly string[]
}

/** A field of an object: the id of an object of that kind; what Holdfast never has; a list that is there only on demand. */
export type Expansion =
  | { readonly kind: string }
  | { readonly never: true }
  | {
      readonly list: string
      /** The list of each parent, its items whole. */
      readonly include: (
        db: Tx,
        viewing: Viewing,
        parents: readonly string[],
      ) => Promise<ReadonlyMap<string, StripeList>>
    }

interface StripeList {
  readonly object: 'list'
  readonly data: readonly StripeObject[]
  readonly has_more: boolean
  readonly url: string
}

/** By the name of the kind, which is what `object` says. */
export type ObjectKinds = Readonly<Record<string, ObjectKind>>

export const NEVER: Expansion = { never: true }
