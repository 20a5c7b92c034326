import { fileURLToPath } from 'node:url'
import type { QueuePlace } from '../queue/bench-queue.ts'
import type { NodeQueueName } from './node-queues.ts'

export type NodeTask = { readonly queue: NodeQueueName; readonly place: QueuePlace } & (
  | { readonly do: 'append'; readonly warmUp: number; readonly count: number }
  | { readonly do: 'preload' | 'cold' | 'fill'; readonly count: number }
  | { readonly do: 'drain' | 'waiting' }
)

export const nodeQueueProgram = fileURLToPath(new URL('./node-queue.worker.ts', import.meta.url))
