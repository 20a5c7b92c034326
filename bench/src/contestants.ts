import type { NodeQueueName } from './node/node-queues.ts'
import type { WebQueueName } from './web/web-queues.ts'

/** What runs, and how it is named in the tables. */
export type Contestant = {
  readonly label: string
  readonly ours: boolean
  /** Waits longer and longer between failures; such a queue leaves the machine to others meanwhile. */
  readonly backsOff: boolean
} & (
  | { readonly on: 'node'; readonly queue: NodeQueueName }
  | { readonly on: 'chromium'; readonly queue: WebQueueName }
)

const node = {
  bare: { on: 'node', queue: 'bare-file', label: 'bare write + fdatasync', ours: false, backsOff: false },
  outbox: {
    on: 'node',
    queue: 'sqlite-outbox',
    label: 'hand-written SQLite outbox',
    ours: false,
    backsOff: true,
  },
  redux: {
    on: 'node',
    queue: 'redux-offline',
    label: 'redux-offline, file, default',
    ours: false,
    backsOff: false,
  },
  reduxFlushed: {
    on: 'node',
    queue: 'redux-offline-flushed',
    label: 'redux-offline, file, flushed',
    ours: false,
    backsOff: false,
  },
  store: {
    on: 'node',
    queue: 'holdfast-store',
    label: 'Holdfast store commit (SQLite)',
    ours: true,
    backsOff: true,
  },
  payment: {
    on: 'node',
    queue: 'holdfast-payment',
    label: 'Holdfast payment (SQLite)',
    ours: true,
    backsOff: true,
  },
  sale: {
    on: 'node',
    queue: 'holdfast-sale',
    label: 'Holdfast whole sale (SQLite)',
    ours: true,
    backsOff: true,
  },
} satisfies Record<string, Contestant>

const chromium = {
  bareStrict: {
    on: 'chromium',
    queue: 'bare-idb-strict',
    label: 'bare IndexedDB put, strict',
    ours: false,
    backsOff: false,
  },
  bareRelaxed: {
    on: 'chromium',
    queue: 'bare-idb-relaxed',
    label: 'bare IndexedDB put, relaxed',
    ours: false,
    backsOff: false,
  },
  outbox: {
    on: 'chromium',
    queue: 'idb-outbox',
    label: 'hand-written IndexedDB outbox, strict',
    ours: false,
    backsOff: true,
  },
  workbox: {
    on: 'chromium',
    queue: 'workbox',
    label: 'workbox, default (relaxed)',
    ours: false,
    backsOff: false,
  },
  workboxStrict: {
    on: 'chromium',
    queue: 'workbox-strict',
    label: 'workbox, forced strict',
    ours: false,
    backsOff: false,
  },
  tanstack: {
    on: 'chromium',
    queue: 'tanstack',
    label: 'TanStack, default (onsuccess, relaxed)',
    ours: false,
    backsOff: true,
  },
  tanstackStrict: {
    on: 'chromium',
    queue: 'tanstack-strict',
    label: 'TanStack, strict adapter',
    ours: false,
    backsOff: true,
  },
  store: {
    on: 'chromium',
    queue: 'holdfast-store',
    label: 'Holdfast store commit (IndexedDB)',
    ours: true,
    backsOff: true,
  },
  payment: {
    on: 'chromium',
    queue: 'holdfast-payment',
    label: 'Holdfast payment (IndexedDB)',
    ours: true,
    backsOff: true,
  },
  sale: {
    on: 'chromium',
    queue: 'holdfast-sale',
    label: 'Holdfast whole sale (IndexedDB)',
    ours: true,
    backsOff: true,
  },
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

export const quickEnqueueContestants: readonly Contestant[] = [
  node.bare,
  node.outbox,
  node.redux,
  node.store,
  node.payment,
  chromium.bareStrict,
  chromium.outbox,
  chromium.workbox,
  chromium.tanstack,
  chromium.payment,
]

/** Largest size that each is given in the growth lane; beyond it one run would take longer than the rest together. */
export const growthContestants: readonly { contestant: Contestant; sizeMax: number; quick: boolean }[] = [
  { contestant: node.payment, sizeMax: 100_000, quick: true },
  { contestant: node.outbox, sizeMax: 100_000, quick: true },
  { contestant: node.redux, sizeMax: 10_000, quick: false },
  { contestant: chromium.payment, sizeMax: 100_000, quick: false },
  { contestant: chromium.outbox, sizeMax: 100_000, quick: false },
  { contestant: chromium.workbox, sizeMax: 100_000, quick: false },
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

export const quickDrainContestants: readonly Contestant[] = [node.payment, node.outbox, node.redux]
