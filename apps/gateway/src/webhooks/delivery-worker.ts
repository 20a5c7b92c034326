import type { Clock } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Tx } from '../database/transaction.ts'
import { findEvents, type PublishedEvent } from '../events/event-queries.ts'
import type { Log } from '../ports/log.ts'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import { claimDeliveries, type Delivery, type Lane } from './claim-deliveries.ts'
import type { Resolve } from './checked-lookup.ts'
import { postEvent, type PostResult } from './post-event.ts'
import { type DisabledEndpoint, giveBack, settleDelivery } from './settle-delivery.ts'
import { type SecretKeeper, signatureHeaders } from './webhook-secret.ts'

/** Under way at once in this process. Whatever hangs sits in the second lane after its first time. */
const SLOTS: Readonly<Record<Lane, number>> = { healthy: 48, failing: 16 }
const IDLE_MS = 500
/** What is under way at the end gets so long; then it is broken off, and made again by whoever comes next. */
const GRACE_MS = 2_000

export interface DeliveryWorkerDeps {
  /** One of its own: payments wait for none of its connections. */
  readonly pool: Pool
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Names this process among those that share the database. */
  readonly owner: string
  readonly keeper: SecretKeeper
  readonly allowPrivate: boolean
  readonly resolve?: Resolve
  /** The event as the dialect writes it. */
  readonly renderEvent: (event: PublishedEvent, apiVersion: string | null) => unknown
  readonly tellDisabled: (tx: Tx, disabled: DisabledEndpoint) => Promise<void>
}

export interface DeliveryWorker extends PollLoop {
  /** Makes all tries that are due now; how many there were. */
  deliverDue(): Promise<number>
}

/**
 * Delivers at least once, each endpoint for itself. A try is claimed, made and settled; a process that is killed in
 * between leaves a claim that runs out, and another one makes the try again with the same event id.
 */
export function createDeliveryWorker(deps: DeliveryWorkerDeps): DeliveryWorker {
  const { pool, clock, log, owner } = deps
  const underWay: Record<Lane, Map<string, number>> = { healthy: new Map(), failing: new Map() }
  const tries = new Set<Promise<void>>()
  const ending = new AbortController()

  async function begin(lane: Lane): Promise<Promise<void>[]> {
    if (ending.signal.aborted) return []
    const busy = underWay[lane]
    const free = SLOTS[lane] - [...busy.values()].reduce((sum, n) => sum + n, 0)
    const claiming = { lane, nowMs: clock.wallMs(), limit: free, owner, underWay: busy }
    return (await claimDeliveries(pool, claiming)).map((delivery) => {
      count(busy, delivery.endpoint, 1)
      const done = attempt(delivery)
        .catch((error: unknown) => {
          // Nothing is settled: the claim runs out, and it is tried again.
          log.error({ event: delivery.event, error: String(error) }, 'delivery not settled')
        })
        .finally(() => {
          count(busy, delivery.endpoint, -1)
          tries.delete(done)
          loop.wake()
        })
      tries.add(done)
      return done
    })
  }

  async function attempt(delivery: Delivery): Promise<void> {
    const result = await post(deps, delivery, ending.signal)
    if (result.got === 'nothing' && result.error === 'broken_off') return giveBack(pool, delivery)
    const { random, tellDisabled } = deps
    const { endpoint, event, tries: number } = delivery
    log.info({ endpoint, event, try: number, ...result }, 'webhook')
    await settleDelivery(pool, delivery, result, { nowMs: clock.wallMs(), random, tellDisabled })
  }

  async function step(): Promise<boolean> {
    const begun = [...(await begin('healthy')), ...(await begin('failing'))]
    return begun.length > 0
  }

  const loop = createPollLoop({ name: 'webhooks', clock, log, idleMs: IDLE_MS, step })
  return {
    ...loop,
    async stop() {
      const cancel = clock.timer(GRACE_MS, () => ending.abort())
      await loop.stop()
      await Promise.all(tries)
      cancel()
    },
    async deliverDue() {
      let made = 0
      for (;;) {
        const begun = [...(await begin('healthy')), ...(await begin('failing'))]
        if (begun.length === 0) return made
        made += begun.length
        await Promise.all(begun)
      }
    },
  }
}

async function post(deps: DeliveryWorkerDeps, delivery: Delivery, signal: AbortSignal): Promise<PostResult> {
  const { pool, clock, keeper, renderEvent } = deps
  const [event] = await findEvents(pool, delivery, [delivery.event])
  if (event === undefined) throw new Error('A delivery has a published event')
  const body = JSON.stringify(renderEvent(event, delivery.apiVersion))
  const secrets = [await keeper.unwrap(delivery.endpoint, delivery.wrappedSecret)]
  const { wrappedFormerSecret: former, formerSecretUntilMs: untilMs } = delivery
  const nowMs = clock.wallMs()
  if (former !== null && untilMs !== null && nowMs < untilMs)
    secrets.push(await keeper.unwrap(delivery.endpoint, former))
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Holdfast/1.0 (webhooks)',
    ...signatureHeaders(secrets, { eventId: delivery.event, body, atMs: nowMs }),
  }
  return postEvent({ ...deps, signal }, new URL(delivery.url), headers, body)
}

function count(busy: Map<string, number>, endpoint: string, change: 1 | -1): void {
  const n = (busy.get(endpoint) ?? 0) + change
  if (n === 0) busy.delete(endpoint)
  else busy.set(endpoint, n)
}
