import type { OpenQueue } from '../queue/bench-queue.ts'

/** Each loads what it needs and no more: a process that measures one queue has not paid for the others. */
export const nodeQueues = {
  'bare-file': async () => (await import('./bare-file.ts')).openBareFile,
  'sqlite-outbox': async () => (await import('./sqlite-outbox.ts')).openSqliteOutbox,
  'holdfast-store': async () => (await import('./holdfast-node.ts')).openHoldfastNodeStore,
  'holdfast-payment': async () => (await import('./holdfast-node.ts')).openHoldfastNode('payment'),
  'holdfast-sale': async () => (await import('./holdfast-node.ts')).openHoldfastNode('sale'),
  'redux-offline': async () =>
    (await import('./redux-offline-queue.ts')).openReduxOffline({ flushed: false }),
  'redux-offline-flushed': async () =>
    (await import('./redux-offline-queue.ts')).openReduxOffline({ flushed: true }),
} satisfies Record<string, () => Promise<OpenQueue>>

export type NodeQueueName = keyof typeof nodeQueues
