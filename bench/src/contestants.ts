import type { NodeQueueName } from './node/node-queues.ts'
import type { WebQueueName } from './web/web-queues.ts'

/** What runs, and how it is named in the tables. */
export type Contestant = { readonly label: string; readonly ours: boolean } & (
  | { readonly on: 'node'; readonly queue: NodeQueueName }
  | { readonly on: 'chromium'; readonly queue: WebQueueName }
)

const node = {
  bare: { on: 'node', queue: 'bare-file', label: 'bare write + fdatasync', ours: false },
  outbox: { on: 'node', queue: 'sqlite-outbox', label: 'hand-written SQLite outbox', ours: false },
  redux: { on: 'node', queue: 'redux-offline', label: 'redux-offline, file, default', ours: false },
  reduxFlushed: {
    on: 'node',
    queue: 'redux-offline-flushed',
    label: 'redux-offline, file, flushed',
    ours: false,
  },
  store: { on: 'node', queue: 'holdfast-store', label: 'Holdfast store commit (SQLite)', ours: true },
  payment: { on: 'node', queue: 'holdfast-payment', label: 'Holdfast payment (SQLite)', ours: true },
  sale: { on: 'node', queue: 'holdfast-sale', label: 'Holdfast whole sale (SQLite)', ours: true },
} satisfies Record<string, Contestant>

const chromium = {
  bareStrict: { on: 'chromium', queue: 'bare-idb-strict', label: 'bare IndexedDB put, strict', ours: false },
  bareRelaxed: {
    on: 'chromium',
    queue: 'bare-idb-relaxed',
    label: 'bare IndexedDB put, relaxed',
    ours: false,
  },
  outbox: {
    on: 'chromium',
    queue: 'idb-outbox',
    label: 'hand-written IndexedDB outbox, strict',
    ours: false,
  },
  workbox: { on: 'chromium', queue: 'workbox', label: 'workbox, default (relaxed)', ours: false },
  workboxStrict: { on: 'chromium', queue: 'workbox-strict', label: 'workbox, forced strict', ours: false },
  tanstack: {
    on: 'chromium',
    queue: 'tanstack',
    label: 'TanStack, default (onsuccess, relaxed)',
    ours: false,
  },
  tanstackStrict: {
    on: 'chromium',
    queue: 'tanstack-strict',
    label: 'TanStack, strict adapter',
    ours: false,
  },
  store: { on: 'chromium', queue: 'holdfast-store', label: 'Holdfast store commit (IndexedDB)', ours: true },
  payment: { on: 'chromium', queue: 'holdfast-payment', label: 'Holdfast payment (IndexedDB)', ours: true },
  sale: { on: 'chromium', queue: 'holdfast-sale', label: 'Holdfast whole sale (IndexedDB)', ours: true },
} satisfies Record<string, Contestant>

export const enqueueContestants: readonly Contestant[] = [
  node.bare,
  node.outbox,
  node.redux,
  node.reduxFlushed,
  node.store,
  node.payment,
  node.sale,
  chromium.bareStrict,
  chromium.bareRelaxed,
  chromium.outbox,
  chromium.workbox,
  chromium.workboxStrict,
  chromium.tanstack,
  chromium.tanstackStrict,
  chromium.store,
  chromium.payment,
  chromium.sale,
]

/** Largest size that each is given in the growth lane; beyond it one run would take longer than the rest together. */
export const growthContestants: readonly { contestant: Contestant; sizeMax: number }[] = [
  { contestant: node.payment, sizeMax: 100_000 },
  { contestant: node.outbox, sizeMax: 100_000 },
  { contestant: node.redux, sizeMax: 10_000 },
  { contestant: chromium.payment, sizeMax: 100_000 },
  { contestant: chromium.outbox, sizeMax: 100_000 },
  { contestant: chromium.workbox, sizeMax: 100_000 },
]

export const drainContestants: readonly Contestant[] = [
  node.payment,
  node.outbox,
  node.redux,
  chromium.payment,
  chromium.outbox,
  chromium.workbox,
  chromium.tanstack,
]

export const quickDrainContestants: readonly Contestant[] = [
  node.payment,
  node.outbox,
  node.redux,
  chromium.workbox,
]
