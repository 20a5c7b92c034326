import { type BenchQueue, fillQueue, type QueuePlace, timed } from '../queue/bench-queue.ts'
import { type WebQueueName, webQueues } from './web-queues.ts'

/** The page that a lane drives: one queue is open at a time. */
let queue: BenchQueue | null = null

export async function open(name: WebQueueName, place: QueuePlace): Promise<void> {
  queue = await webQueues[name](place)
}

/** Milliseconds from opening to the first record stored. */
export async function openCold(name: WebQueueName, place: QueuePlace): Promise<number> {
  return timed(async () => {
    await open(name, place)
    await opened().append()
  })
}

export async function append(count: number): Promise<number[]> {
  const samplesMs: number[] = []
  for (let at = 0; at < count; at += 1) samplesMs.push(await opened().append())
  return samplesMs
}

export function acknowledged(): readonly string[] {
  return opened().acknowledged
}

export async function preload(count: number): Promise<void> {
  await opened().preload?.(count)
}

export async function fill(count: number): Promise<readonly string[]> {
  await fillQueue(opened(), count)
  return opened().acknowledged
}

export async function drain(): Promise<void> {
  await opened().drain?.()
}

export function waiting(): Promise<string[]> {
  return opened().waiting()
}

export async function close(): Promise<void> {
  await queue?.close()
  queue = null
}

function opened(): BenchQueue {
  if (queue === null) throw new Error('no queue is open')
  return queue
}
