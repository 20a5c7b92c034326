import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Contestant } from '../contestants.ts'
import { startGatewayServer, startPlainServer } from '../http/drain-server.ts'
import { faultPlan, roughNetwork } from '../gateway/fault-plan.ts'
import { checkDelivery, type Delivery } from '../measure/check-delivery.ts'
import { drainerOf } from './drainer.ts'

export interface DrainRun {
  readonly contestant: Contestant
  readonly folder: string
  readonly count: number
  /** Null: a clean network and no kills. */
  readonly rough: { readonly seed: number; readonly killEvery: number } | null
  readonly deadlineMs: number
}

export interface Drained {
  readonly contestant: Contestant
  readonly rough: boolean
  readonly delivery: Delivery
  readonly perSecond: number
  readonly tookMs: number
  readonly kills: number
  /** False: the deadline came first. */
  readonly finished: boolean
}

/** Fills a queue in peace, then lets it drain, and looks on both sides at what became of each payment. */
export async function drainOnce({
  contestant,
  folder,
  count,
  rough,
  deadlineMs,
}: DrainRun): Promise<Drained> {
  mkdirSync(folder, { recursive: true })
  let armed = false
  const faults = rough === null ? {} : { nextFault: faultPlan(roughNetwork, rough.seed) }
  const start = contestant.ours ? startGatewayServer : startPlainServer
  const server = await start({ ...faults, armed: () => armed })
  const drainer = drainerOf(contestant, { folder, url: server.url })
  try {
    const accepted = await drainer.fill(count)
    armed = true
    const startedMs = performance.now()
    const elapsedMs = () => performance.now() - startedMs
    let kills = 0
    await drainer.start()
    while (!drainer.ended() && elapsedMs() < deadlineMs) {
      const next = rough === null ? count : (kills + 1) * rough.killEvery
      if (next < count && server.arrivals.size >= next) {
        await drainer.kill()
        kills += 1
        await drainer.start()
      }
      await sleep(5)
    }
    const finished = drainer.ended()
    const tookMs = finished ? server.spanMs() : elapsedMs()
    if (!finished) await drainer.kill()
    armed = false
    const waiting = await drainer.waiting()
    const { arrivals } = server
    const delivery = checkDelivery({ accepted, arrivals, charges: server.charges(), waiting })
    const perSecond = (delivery.delivered * 1_000) / Math.max(1, tookMs)
    return { contestant, rough: rough !== null, delivery, perSecond, tookMs, kills, finished }
  } finally {
    server.close()
  }
}
