import { fillQueue, NOWHERE } from '../queue/bench-queue.ts'
import { missingOf } from '../measure/check-delivery.ts'
import { markForStrace } from '../measure/count-fsyncs.ts'
import { workerAnswer, workerInput } from '../measure/run-worker.ts'
import { nodeQueues } from './node-queues.ts'
import type { AppendAnswer, ColdAnswer, NodeTask } from './node-task.ts'

/** One task on one queue, in a process of its own. */
const task = workerInput() as NodeTask
const { do: job, place } = task
const open = await nodeQueues[task.queue]()
const startedMs = performance.now()
const queue = await open(place)

switch (job) {
  case 'append': {
    const samplesMs: number[] = []
    for (let at = 0; at < task.warmUp; at += 1) await queue.append()
    markForStrace()
    for (let at = 0; at < task.count; at += 1) samplesMs.push(await queue.append())
    markForStrace()
    // From the disk, by a queue that was opened again: nobody listens at that address.
    await queue.close()
    const again = await open({ ...place, url: NOWHERE })
    const missing = missingOf(queue.acknowledged, await again.waiting())
    workerAnswer({ samplesMs, acknowledged: queue.acknowledged.length, missing } satisfies AppendAnswer)
    break
  }
  case 'preload':
    await queue.preload?.(task.count)
    workerAnswer({ done: true })
    break
  case 'cold': {
    await queue.append()
    const firstMs = performance.now() - startedMs
    globalThis.gc?.()
    const { rss, heapUsed } = process.memoryUsage()
    const samplesMs: number[] = []
    for (let at = 0; at < task.count; at += 1) samplesMs.push(await queue.append())
    workerAnswer({ firstMs, rss, heapUsed, samplesMs } satisfies ColdAnswer)
    break
  }
  case 'fill':
    await fillQueue(queue, task.count)
    workerAnswer({ acknowledged: queue.acknowledged })
    break
  case 'drain':
    await queue.drain?.()
    workerAnswer({ done: true })
    break
  case 'waiting':
    workerAnswer({ waiting: await queue.waiting() })
    break
}
process.exit(0)
