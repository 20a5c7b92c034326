import { nodeCrypto } from '@holdfast/envelope/node'
import { transaction, type Tx } from '../database/transaction.ts'
import type { TestDatabase } from '../database/test-database.ts'
import { renderEvent } from '../dialects/stripe/render-event.ts'
import { renderObjects } from '../dialects/stripe/render-object.ts'
import { publishEvents } from '../events/publish-events.ts'
import { recordEvent } from '../events/record-event.ts'
import { createDeliveryWorker, type DeliveryWorker } from '../webhooks/delivery-worker.ts'
import type { Resolve } from '../webhooks/checked-lookup.ts'
import type { DisabledEndpoint } from '../webhooks/settle-delivery.ts'
import { createWebhookEndpoint, type EndpointDeps } from '../webhooks/webhook-endpoints.ts'
import { createSecretKeeper } from '../webhooks/webhook-secret.ts'
import type { ManualClock } from './manual-clock.ts'
import { ACCOUNT, sampleDevice, sampleId } from './sample-rows.ts'
import { seedDevice } from './seed-device.ts'

export const WRAPPING_KEY = new Uint8Array(32).fill(7)
const SCOPE = { account: ACCOUNT, mode: 'test' } as const

export interface WebhookWorld {
  readonly deps: EndpointDeps
  readonly worker: DeliveryWorker
  readonly disabled: DisabledEndpoint[]
  readonly errors: string[]
  /** Another process on the same database. */
  anotherWorker(options?: { allowPrivate?: boolean; resolve?: Resolve }): DeliveryWorker
  /** An endpoint that is told of everything unless it says of what; with its secret. */
  endpoint(url: string, enabledEvents?: readonly string[]): Promise<{ endpoint: string; secret: string }>
  /** Records events of the sample device and publishes them; their ids. */
  happen(count?: number): Promise<string[]>
  publish(): Promise<void>
}

interface WebhookWorldOptions {
  /** The sample device is there already. */
  readonly hasDevice?: boolean
  readonly mailDisabled?: (tx: Tx, disabled: DisabledEndpoint) => Promise<void>
}

export async function createWebhookWorld(
  { pool }: TestDatabase,
  clock: ManualClock,
  { hasDevice = false, mailDisabled }: WebhookWorldOptions = {},
): Promise<WebhookWorld> {
  if (!hasDevice) await seedDevice(pool, sampleDevice())
  const keeper = createSecretKeeper(nodeCrypto, WRAPPING_KEY)
  const deps = { nowMs: () => clock.wallMs(), crypto: nodeCrypto, keeper, allowPrivate: true }
  const disabled: DisabledEndpoint[] = []
  const errors: string[] = []
  const log = {
    info: () => undefined,
    error: (fields: object, message: string) => errors.push(`${message} ${JSON.stringify(fields)}`),
  }
  const tellDisabled = async (tx: Tx, endpoint: DisabledEndpoint) => {
    disabled.push(endpoint)
    await mailDisabled?.(tx, endpoint)
  }
  let workers = 0
  function anotherWorker({
    allowPrivate = true,
    resolve,
  }: { allowPrivate?: boolean; resolve?: Resolve } = {}) {
    workers += 1
    return createDeliveryWorker({
      pool,
      clock,
      random: () => 1,
      log,
      owner: `worker-${workers}`,
      keeper,
      allowPrivate,
      ...(resolve === undefined ? {} : { resolve }),
      renderEvent,
      tellDisabled,
    })
  }
  async function publish(): Promise<void> {
    const { nowMs } = deps
    const publishing = { pool, nowMs, log, render: renderObjects, gatewayUrl: 'http://gateway.test' }
    while ((await publishEvents(publishing)) > 0) continue
  }
  return {
    deps,
    worker: anotherWorker(),
    disabled,
    errors,
    anotherWorker,
    publish,
    async endpoint(url, enabledEvents = ['*']) {
      const wish = { url, enabledEvents, description: null, metadata: {}, apiVersion: null }
      const created = await transaction(pool, (tx) => createWebhookEndpoint(tx, deps, SCOPE, wish))
      if (typeof created === 'string') throw new Error(created)
      return { endpoint: created.made.endpoint, secret: created.secret }
    },
    async happen(count = 1) {
      const ids: string[] = []
      for (let n = 0; n < count; n += 1) {
        const event = { ...SCOPE, type: 'device.online', object: 'device', id: sampleId('dev', 1) } as const
        ids.push(await transaction(pool, (tx) => recordEvent(tx, { ...event, atMs: clock.wallMs() })))
      }
      await publish()
      return ids
    },
  }
}
