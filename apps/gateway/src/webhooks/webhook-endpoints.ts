import { type Crypto, newId } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import { isEventType } from '../events/event-types.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { newWebhookSecret, type SecretKeeper } from './webhook-secret.ts'
import { readWebhookUrl, type UrlRefusal } from './webhook-url.ts'

/** As many as Stripe takes. */
const ENDPOINTS_MAX = 16
const DESCRIPTION_LENGTH_MAX = 5_000
/** A former secret signs on for so long unless the rotation says otherwise. */
const OVERLAP_MS = 24 * 60 * 60_000

export interface WebhookEndpoint {
  readonly endpoint: string
  readonly account: string
  readonly mode: Mode
  readonly url: string
  readonly description: string | null
  readonly enabledEvents: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly apiVersion: string | null
  readonly status: 'enabled' | 'disabled'
  readonly disabledBecause: 'owner' | 'gone' | 'failing' | null
  readonly createdMs: number
}

export interface EndpointWish {
  readonly url: string
  readonly enabledEvents: readonly string[]
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly apiVersion: string | null
}

export type EndpointRefusal =
  | UrlRefusal
  | 'events_missing'
  | 'event_unknown'
  | 'description_too_long'
  | 'endpoints_too_many'
  | 'endpoint_not_found'

export interface EndpointDeps {
  readonly nowMs: () => number
  readonly crypto: Crypto
  readonly keeper: SecretKeeper
  readonly allowPrivate: boolean
}

export type Made = { readonly made: WebhookEndpoint; readonly secret: string }

/** The secret is told to whoever makes the endpoint, and to nobody who only reads it. */
export async function createWebhookEndpoint(
  tx: Tx,
  deps: EndpointDeps,
  { account, mode }: Scope,
  wish: EndpointWish,
): Promise<Made | EndpointRefusal> {
  const refusal = refusalOf(wish, mode, deps)
  if (refusal !== null) return refusal
  // One after the other within an account, so that the limit holds.
  await tx.query('select from accounts where account = $1 for no key update', [account])
  const { rows } = await tx.query<{ n: number }>(
    'select count(*)::integer as n from webhook_endpoints where account = $1 and mode = $2',
    [account, mode],
  )
  if ((rows[0]?.n ?? 0) >= ENDPOINTS_MAX) return 'endpoints_too_many'
  const nowMs = deps.nowMs()
  const source = { wallMs: () => nowMs, randomBytes: (length: number) => deps.crypto.randomBytes(length) }
  const endpoint = newId('we', source)
  const secret = newWebhookSecret(deps.crypto)
  const { url, description, enabledEvents, metadata, apiVersion } = wish
  await tx.query(
    `insert into webhook_endpoints (account, endpoint, mode, url, description, enabled_events, metadata, api_version,
       status, wrapped_secret, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'enabled', $9, $10)`,
    [
      account,
      endpoint,
      mode,
      url,
      description,
      enabledEvents,
      JSON.stringify(metadata),
      apiVersion,
      await deps.keeper.wrap(endpoint, secret),
      nowMs,
    ],
  )
  const made: WebhookEndpoint = {
    endpoint,
    account,
    mode,
    url,
    description,
    enabledEvents,
    metadata,
    apiVersion,
    status: 'enabled',
    disabledBecause: null,
    createdMs: nowMs,
  }
  return { made, secret }
}

export type EndpointChange = Partial<Omit<EndpointWish, 'apiVersion'>> & { readonly disabled?: boolean }

/** What is absent stays. Enabling one that was disabled lets it take up what waits for it, at once. */
export async function updateWebhookEndpoint(
  tx: Tx,
  deps: EndpointDeps,
  scope: Scope,
  endpoint: string,
  change: EndpointChange,
): Promise<WebhookEndpoint | EndpointRefusal> {
  const [known] = await findWebhookEndpoints(tx, scope, [endpoint])
  if (known === undefined) return 'endpoint_not_found'
  const wish: EndpointWish = { ...known, ...change }
  const refusal = refusalOf(wish, known.mode, deps)
  if (refusal !== null) return refusal
  const isDisabled = change.disabled ?? known.status === 'disabled'
  const because = isDisabled ? (known.disabledBecause ?? 'owner') : null
  await tx.query(
    `update webhook_endpoints set url = $3, description = $4, enabled_events = $5, metadata = $6,
       status = $7, disabled_because = $8,
       failures = case when $9 then 0 else failures end,
       failing_since_ms = case when $9 then null else failing_since_ms end,
       hold_until_ms = case when $9 then null else hold_until_ms end
     where account = $1 and endpoint = $2`,
    [
      scope.account,
      endpoint,
      wish.url,
      wish.description,
      wish.enabledEvents,
      JSON.stringify(wish.metadata),
      isDisabled ? 'disabled' : 'enabled',
      because,
      // What another address or an owner's word starts afresh.
      wish.url !== known.url || (known.status === 'disabled' && !isDisabled),
    ],
  )
  const [changed] = await findWebhookEndpoints(tx, scope, [endpoint])
  return changed ?? 'endpoint_not_found'
}

/** A new secret, shown once; the one before signs beside it until `overlapMs` is over (a day when absent). */
export async function rotateWebhookSecret(
  tx: Tx,
  deps: EndpointDeps,
  { account, mode }: Scope,
  endpoint: string,
  overlapMs: number = OVERLAP_MS,
): Promise<{ readonly secret: string } | 'endpoint_not_found'> {
  const secret = newWebhookSecret(deps.crypto)
  const { rowCount } = await tx.query(
    `update webhook_endpoints set wrapped_former_secret = wrapped_secret, former_secret_until_ms = $5,
       wrapped_secret = $4
     where account = $1 and mode = $2 and endpoint = $3`,
    [account, mode, endpoint, await deps.keeper.wrap(endpoint, secret), deps.nowMs() + overlapMs],
  )
  return rowCount === 1 ? { secret } : 'endpoint_not_found'
}

/** For the answer that tells it, also when that was lost and is asked for again. Null when there is no such endpoint. */
export async function readWebhookSecret(
  db: Tx,
  { keeper }: Pick<EndpointDeps, 'keeper'>,
  { account, mode }: Scope,
  endpoint: string,
): Promise<string | null> {
  const { rows } = await db.query<{ wrapped_secret: string }>(
    'select wrapped_secret from webhook_endpoints where account = $1 and mode = $2 and endpoint = $3',
    [account, mode, endpoint],
  )
  return rows[0] === undefined ? null : keeper.unwrap(endpoint, rows[0].wrapped_secret)
}

/** With its deliveries; false when there was none. */
export async function deleteWebhookEndpoint(
  tx: Tx,
  { account, mode }: Scope,
  endpoint: string,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'delete from webhook_endpoints where account = $1 and mode = $2 and endpoint = $3',
    [account, mode, endpoint],
  )
  return rowCount === 1
}

/** Newest first; all of the scope when no ids are given. */
export async function findWebhookEndpoints(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[] | null = null,
): Promise<WebhookEndpoint[]> {
  const { rows } = await db.query<WebhookEndpoint>({
    text: `select endpoint, account, mode, url, description, enabled_events as "enabledEvents", metadata,
        api_version as "apiVersion", status, disabled_because as "disabledBecause", created_ms as "createdMs"
      from webhook_endpoints
      where account = $1 and mode = $2 and ($3::text[] is null or endpoint = any ($3))
      order by created_ms desc, endpoint desc`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

function refusalOf(wish: EndpointWish, mode: Mode, deps: EndpointDeps): EndpointRefusal | null {
  const url = readWebhookUrl(wish.url, { mode, allowPrivate: deps.allowPrivate })
  if (typeof url === 'string') return url
  if (wish.enabledEvents.length === 0) return 'events_missing'
  if (!wish.enabledEvents.every((type) => type === '*' || isEventType(type))) return 'event_unknown'
  return (wish.description?.length ?? 0) > DESCRIPTION_LENGTH_MAX ? 'description_too_long' : null
}

export function endpointsSource({ account, mode }: Scope): PageSource {
  return {
    items: `select endpoint as id, created_ms as at_ms from webhook_endpoints where account = $1 and mode = $2`,
    values: [account, mode],
  }
}
