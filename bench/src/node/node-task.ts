import { fileURLToPath } from 'node:url'
import type { QueuePlace } from '../queue/bench-queue.ts'
import type { NodeQueueName } from './node-queues.ts'

export type NodeTask = { readonly queue: NodeQueueName; readonly place: QueuePlace } & (
  | { readonly do: 'append'; readonly warmUp: number; readonly count: number }
  | { readonly do: 'preload' | 'cold' | 'fill'; readonly count: number }
  | { readonly do: 'drain' | 'waiting' }
)

export interface AppendAnswer {
  readonly samplesMs: readonly number[]
  readonly acknowledged: number
  /** Acknowledged, and not there when the queue was opened again. */
  readonly missing: number
}

/** Of a queue that was full when its process began. */
export interface ColdAnswer {
  /** From opening to the first record stored. */
  readonly firstMs: number
  /** Bytes. */
  readonly rss: number
  readonly heapUsed: number
  readonly samplesMs: readonly number[]
}

export const nodeQueueProgram = fileURLToPath(new URL('./node-queue.worker.ts', import.meta.url))
