import type { OpenQueue } from '../queue/bench-queue.ts'
import { openBareIdb } from './bare-idb.ts'
import { openHoldfastWeb, openHoldfastWebStore } from './holdfast-web.ts'
import { openIdbOutbox } from './idb-outbox.ts'
import { openTanstack } from './tanstack-queue.ts'
import { openWorkbox } from './workbox-queue.ts'

export const webQueues = {
  'bare-idb-strict': openBareIdb('strict'),
  'bare-idb-relaxed': openBareIdb('relaxed'),
  'idb-outbox': openIdbOutbox,
  'holdfast-store': openHoldfastWebStore,
  'holdfast-payment': openHoldfastWeb('payment'),
  'holdfast-sale': openHoldfastWeb('sale'),
  workbox: openWorkbox({ strict: false }),
  'workbox-strict': openWorkbox({ strict: true }),
  tanstack: openTanstack({ strict: false }),
  'tanstack-strict': openTanstack({ strict: true }),
} satisfies Record<string, OpenQueue>

export type WebQueueName = keyof typeof webQueues
