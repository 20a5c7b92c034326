import { type IdPrefix, type IdSource, must, newId } from '@holdfast/core'
import { takesIncrements } from '@holdfast/iso8583'
import type { Pool } from 'pg'
import type * as z from 'zod'
import type { Tx } from '../../../database/transaction.ts'
import type { EventObject, EventType } from '../../../events/event-types.ts'
import { recordEvent } from '../../../events/record-event.ts'
import type { FilesBound } from '../../../files/files-bound.ts'
import type { GatewayWorld } from '../../../world/gateway-world.ts'
import type { Scope } from '../../../database/scope.ts'
import type { EndpointDeps } from '../../../webhooks/webhook-endpoints.ts'
import type { StripeRefusal } from '../stripe-refusal.ts'
import type { Form } from './decode-form.ts'
import type { Upload } from './decode-upload.ts'
import { expandedResources, type ExpandTree, readExpand } from './expand.ts'
import type { ObjectKinds, StripeObject, Viewing } from './object-kinds.ts'
import { hash } from './parameter-kinds.ts'
import { type Read, readParameters } from './read-parameters.ts'

/** What a restricted key must have been given: `customer_write` is `{ resource: 'customer', access: 'write' }`. */
export interface Permission {
  readonly resource: string
  readonly access: 'read' | 'write'
}

/** Everything that one call may use. */
export interface StripeContext {
  readonly scope: Scope
  readonly world: GatewayWorld
  readonly pool: Pool
  readonly kinds: ObjectKinds
  readonly webhooks: EndpointDeps
  /** Keys the codes that enrol devices. */
  readonly codeKey: Uint8Array
  /** What stands for `:id` and the like in the path. */
  readonly ids: Readonly<Record<string, string>>
  readonly request: { readonly id: string; readonly idempotencyKey: string | null }
  readonly filesBound: FilesBound
  /** The file that came with the request. */
  readonly upload: Upload | null
  /** As the caller has reached this gateway. */
  readonly gatewayUrl: string
}

/** What stands for `:id` in the path. */
export function pathId({ ids }: StripeContext): string {
  return must(ids['id'], 'the path names an id')
}

/** What the caller sees, now. */
export function viewingOf({ scope, world, gatewayUrl }: StripeContext): Viewing {
  const nowMs = world.clock.wallMs()
  return { ...scope, nowMs, gatewayUrl, takesIncrements: takesIncrements(world.profile.host) }
}

export function newObjectId(context: StripeContext, prefix: IdPrefix): string {
  return newId(prefix, idsOf(context))
}

export function idsOf({ world: { clock, crypto } }: StripeContext): IdSource {
  return { wallMs: () => clock.wallMs(), randomBytes: (length) => crypto.randomBytes(length) }
}

/** Tells the world, with the effect or not at all. */
export async function tell(
  tx: Tx,
  { scope, world }: StripeContext,
  type: EventType,
  object: EventObject,
  id: string,
): Promise<void> {
  await recordEvent(tx, { ...scope, type, object, id, atMs: world.clock.wallMs() }, world.crypto)
}

/** An object that is not there; the platform finds out whether it is there in the other mode. */
export interface Missing {
  readonly object: string
  readonly id: string
  readonly param: string
}

export type Refusing = { readonly refusal: StripeRefusal } | { readonly missing: Missing }

/**
 * The object that a write made or changed, by id. `answer` stands in for it where the call says more than the object
 * does (a secret that is shown once) or where nothing is left of it; a replay shows the object.
 */
export type Effect = { readonly done: string; readonly answer?: unknown } | Refusing

/** The id of the object to show. */
export type Followed = { readonly done: string } | Refusing

export type Answered = { readonly body: unknown } | Refusing

/** One call of `/v1`. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/v1`, as `/customers/:id`. */
  readonly path: string
  readonly needs: Permission
  /** Reads all parameters before anything is done. */
  readonly prepare: (form: Form, kinds: ObjectKinds) => Read<Prepared>
}

export type Prepared =
  | {
      readonly does: 'read'
      /** What a restricted key must be allowed to read too: the answer holds objects of these. */
      readonly expands: readonly string[]
      readonly run: (context: StripeContext) => Promise<Answered>
    }
  | {
      readonly does: 'write'
      readonly expands: readonly string[]
      /** Its kind, for the answer. */
      readonly object: string
      readonly expand: ExpandTree
      /** In the transaction that also keeps the idempotency key; a refusal takes everything back. */
      readonly effect: (tx: Tx, context: StripeContext) => Promise<Effect>
      readonly follow: (context: StripeContext, id: string) => Promise<Followed>
      readonly complete: (context: StripeContext, object: StripeObject) => Promise<unknown>
    }

export interface WriteSpec<Shape extends z.ZodRawShape> {
  readonly method?: 'POST' | 'DELETE'
  readonly path: string
  readonly needs: Permission
  /** The kind of the object that comes back. */
  readonly object: string
  readonly parameters: Shape
  effect(tx: Tx, context: StripeContext, parameters: z.output<z.ZodObject<Shape>>): Promise<Effect>
  /**
   * After COMMIT, where `done` names what somebody else has to end first: waits for that and says what came of it. A replay
   * waits and hears the same.
   */
  follow?(context: StripeContext, id: string): Promise<Followed>
  /** The answer, where it says more than the object does to whoever reads it later: a secret that is shown once. */
  complete?(context: StripeContext, object: StripeObject): Promise<unknown>
}

/** A call that changes something, once per Idempotency-Key. The answer is the object as it is after that. */
export function write<Shape extends z.ZodRawShape>(spec: WriteSpec<Shape>): Operation {
  const schema = hash(spec.parameters)
  return {
    method: spec.method ?? 'POST',
    path: spec.path,
    needs: spec.needs,
    prepare({ expand: wanted, ...form }, kinds) {
      const parameters = readParameters(schema, form)
      if (!parameters.ok) return parameters
      const expand = readExpand(kinds, spec.object, wanted)
      if (!expand.ok) return expand
      const effect = (tx: Tx, context: StripeContext) => spec.effect(tx, context, parameters.value)
      const follow = (context: StripeContext, id: string) =>
        spec.follow?.(context, id) ?? Promise.resolve({ done: id })
      const complete = (context: StripeContext, object: StripeObject) =>
        spec.complete?.(context, object) ?? Promise.resolve(object)
      return {
        ok: true,
        value: {
          does: 'write',
          expands: expandedResources(kinds, spec.object, expand.value),
          object: spec.object,
          expand: expand.value,
          effect,
          follow,
          complete,
        },
      }
    },
  }
}

interface ReadSpec<Shape extends z.ZodRawShape> {
  readonly path: string
  readonly needs: Permission
  readonly parameters: Shape
  run(context: StripeContext, parameters: z.output<z.ZodObject<Shape>>): Promise<Answered>
}

/** A read of its own shape; most are `retrieve`, `list` or `search`. */
export function read<Shape extends z.ZodRawShape>(spec: ReadSpec<Shape>): Operation {
  const schema = hash(spec.parameters)
  return {
    method: 'GET',
    path: spec.path,
    needs: spec.needs,
    prepare(form) {
      const parameters = readParameters(schema, form)
      if (!parameters.ok) return parameters
      const run = (context: StripeContext) => spec.run(context, parameters.value)
      return { ok: true, value: { does: 'read', expands: [], run } }
    },
  }
}
