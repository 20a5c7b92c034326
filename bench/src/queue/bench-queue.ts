/** What all contestants look like to the lanes. Each is opened anew by every process, on the same place. */
export interface BenchQueue {
  /** Stores one record of about 1 KB. Answers the milliseconds until the queue itself called it stored. */
  append(): Promise<number>
  /** Ids of what `append` and `fill` have stored since this queue was opened. */
  readonly acknowledged: readonly string[]
  /** Ids that it holds and has not delivered. */
  waiting(): Promise<string[]>
  close(): Promise<void>
  /** Puts so many records there by whatever way is fast; they count as waiting and are never sent. */
  readonly preload?: (count: number) => Promise<void>
  /** Stores so many records to be sent later; by `append` where this is absent. */
  readonly fill?: (count: number) => Promise<void>
  /** Sends, until nothing waits. */
  readonly drain?: () => Promise<void>
}

export interface QueuePlace {
  /** A folder on Node, a prefix of database names in a browser. */
  readonly name: string
  /** Where records are sent to; nothing is sent before `drain`. */
  readonly url: string
}

export type OpenQueue = (place: QueuePlace) => Promise<BenchQueue>

/** An address where nobody listens, for a queue that is only asked what it holds. */
export const NOWHERE = 'http://127.0.0.1:9/'

export async function fillQueue(queue: BenchQueue, count: number): Promise<void> {
  if (queue.fill !== undefined) return queue.fill(count)
  for (let stored = 0; stored < count; stored += 1) await queue.append()
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}
