import type { OpenQueue } from '../queue/bench-queue.ts'
import { openBareFile } from './bare-file.ts'
import { openHoldfastNode, openHoldfastNodeStore } from './holdfast-node.ts'
import { openReduxOffline } from './redux-offline-queue.ts'
import { openSqliteOutbox } from './sqlite-outbox.ts'

export const nodeQueues = {
  'bare-file': openBareFile,
  'sqlite-outbox': openSqliteOutbox,
  'holdfast-store': openHoldfastNodeStore,
  'holdfast-payment': openHoldfastNode('payment'),
  'holdfast-sale': openHoldfastNode('sale'),
  'redux-offline': openReduxOffline({ flushed: false }),
  'redux-offline-flushed': openReduxOffline({ flushed: true }),
} satisfies Record<string, OpenQueue>

export type NodeQueueName = keyof typeof nodeQueues
