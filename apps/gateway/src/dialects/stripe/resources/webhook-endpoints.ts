import { changedMetadata, type Metadata } from '../../../metadata/metadata.ts'
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  type EndpointChange,
  type EndpointRefusal,
  endpointsSource,
  findWebhookEndpoints,
  readWebhookSecret,
  rotateWebhookSecret,
  updateWebhookEndpoint,
  type WebhookEndpoint,
} from '../../../webhooks/webhook-endpoints.ts'
import { metadataRefusal } from '../platform/metadata-refusal.ts'
import type { StripeObject } from '../platform/object-kinds.ts'
import { type Operation, pathId, type Refusing, type StripeContext, write } from '../platform/operation.ts'
import { emptyable, flag, integer, listOf, metadata, text } from '../platform/parameter-kinds.ts'
import { list, retrieve } from '../platform/read-operations.ts'
import { invalidParameter } from '../stripe-refusal.ts'

const object = 'webhook_endpoint'
const reads = { object, needs: { resource: object, access: 'read' } } as const
const writes = { object, needs: { resource: object, access: 'write' } } as const
const OVERLAP_SECONDS_MAX = 7 * 24 * 60 * 60

const fields = {
  description: emptyable(text()).optional(),
  metadata: metadata().optional(),
}

export const webhookEndpointOperations: readonly Operation[] = [
  list({ ...reads, path: '/webhook_endpoints', filters: {}, source: ({ scope }) => endpointsSource(scope) }),
  retrieve({ ...reads, path: '/webhook_endpoints/:id' }),
  write({
    ...writes,
    path: '/webhook_endpoints',
    parameters: {
      ...fields,
      url: text(),
      enabled_events: listOf(text()),
      api_version: text(40).optional(),
    },
    async effect(tx, context, given) {
      const changed = changedMetadata({}, given.metadata)
      if (!changed.ok) return { refusal: metadataRefusal(changed) }
      const created = await createWebhookEndpoint(tx, context.webhooks, context.scope, {
        url: given.url,
        enabledEvents: given.enabled_events,
        description: given.description ?? null,
        metadata: changed.metadata,
        apiVersion: given.api_version ?? null,
      })
      if (typeof created === 'string') return refusing(created, context)
      return { done: created.made.endpoint }
    },
    complete: withSecret,
  }),
  write({
    ...writes,
    path: '/webhook_endpoints/:id',
    parameters: {
      ...fields,
      url: text().optional(),
      enabled_events: listOf(text()).optional(),
      disabled: flag().optional(),
    },
    async effect(tx, context, given) {
      const id = pathId(context)
      const [before] = await findWebhookEndpoints(tx, context.scope, [id])
      if (before === undefined) return missing(context)
      const changed = changedMetadata(before.metadata, given.metadata)
      if (!changed.ok) return { refusal: metadataRefusal(changed) }
      const change = changeOf(given, changed.metadata)
      const after = await updateWebhookEndpoint(tx, context.webhooks, context.scope, id, change)
      return typeof after === 'string' ? refusing(after, context) : { done: id }
    },
  }),
  // Only here: Stripe rotates secrets in its dashboard.
  write({
    ...writes,
    path: '/webhook_endpoints/:id/rotate_secret',
    parameters: { overlap_seconds: integer({ max: OVERLAP_SECONDS_MAX }).optional() },
    async effect(tx, context, { overlap_seconds: overlap }) {
      const id = pathId(context)
      const overlapMs = overlap === undefined ? undefined : overlap * 1_000
      const rotated = await rotateWebhookSecret(tx, context.webhooks, context.scope, id, overlapMs)
      return typeof rotated === 'string' ? missing(context) : { done: id }
    },
    complete: withSecret,
  }),
  write({
    ...writes,
    method: 'DELETE',
    path: '/webhook_endpoints/:id',
    parameters: {},
    async effect(tx, context) {
      const id = pathId(context)
      if (!(await deleteWebhookEndpoint(tx, context.scope, id))) return missing(context)
      return { done: id, answer: { id, object, deleted: true } }
    },
  }),
]

/** Also in a replay: whoever never got the first answer could not check a webhook otherwise. */
async function withSecret(
  { pool, webhooks, scope }: StripeContext,
  endpoint: StripeObject,
): Promise<unknown> {
  return { ...endpoint, secret: await readWebhookSecret(pool, webhooks, scope, endpoint.id) }
}

interface Given {
  readonly url?: string | undefined
  readonly enabled_events?: readonly string[] | undefined
  readonly description?: WebhookEndpoint['description'] | undefined
  readonly disabled?: boolean | undefined
}

function changeOf(given: Given, changed: Metadata): EndpointChange {
  const { url, enabled_events: enabledEvents, description, disabled } = given
  return {
    metadata: changed,
    ...(url === undefined ? {} : { url }),
    ...(enabledEvents === undefined ? {} : { enabledEvents }),
    ...(description === undefined ? {} : { description }),
    ...(disabled === undefined ? {} : { disabled }),
  }
}

function missing(context: StripeContext): Refusing {
  return { missing: { object, id: pathId(context), param: 'id' } }
}

function refusing(refusal: EndpointRefusal, context: StripeContext): Refusing {
  if (refusal === 'endpoint_not_found') return missing(context)
  const [param, message] = WORDS[refusal]
  return { refusal: invalidParameter(param, message) }
}

const WORDS: Readonly<
  Record<Exclude<EndpointRefusal, 'endpoint_not_found'>, readonly [param: string, message: string]>
> = {
  url_invalid: ['url', 'Invalid URL: An explicit scheme (such as https) must be provided.'],
  url_too_long: ['url', 'Invalid URL: URL must be 2000 characters or less.'],
  url_not_http: ['url', 'Invalid URL: only https and, in test mode, http are taken.'],
  url_has_credentials: ['url', 'Invalid URL: it must not have a user name or a password.'],
  url_not_https_in_live_mode: ['url', 'Invalid URL: in live mode a webhook endpoint must use HTTPS.'],
  url_not_public: [
    'url',
    'Invalid URL: URL must be publicly accessible. For development see HOLDFAST_WEBHOOKS_PRIVATE in docs/operations.md.',
  ],
  events_missing: ['enabled_events', 'You must enable at least one event; "*" enables all.'],
  event_unknown: ['enabled_events', 'One of these is not an event that Holdfast tells.'],
  description_too_long: ['description', 'The description can have up to 5000 characters.'],
  endpoints_too_many: ['url', 'You have reached the maximum of 16 test or live webhook endpoints.'],
}
