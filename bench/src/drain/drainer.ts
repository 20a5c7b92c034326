import type { Contestant } from '../contestants.ts'
import { runWorker, type RunningWorker, startWorker } from '../measure/run-worker.ts'
import type { NodeQueueName } from '../node/node-queues.ts'
import { nodeQueueProgram } from '../node/node-task.ts'
import { NOWHERE } from '../queue/bench-queue.ts'
import { type BrowserSession, openBrowserSession } from '../web/browser-session.ts'
import type { WebQueueName } from '../web/web-queues.ts'

/** A queue in a process of its own, which may be killed in the middle and started again. */
export interface Drainer {
  /** The ids that it acknowledged. */
  fill(count: number): Promise<readonly string[]>
  /** Begins or goes on sending, in a fresh process. */
  start(): Promise<void>
  /** True once a process has said that nothing waits. */
  ended(): boolean
  /** SIGKILL. */
  kill(): Promise<void>
  /** Ids that a fresh process finds in it; nothing runs afterwards. */
  waiting(): Promise<readonly string[]>
}

export interface DrainPlace {
  /** An empty folder. */
  readonly folder: string
  readonly url: string
}

export function drainerOf(contestant: Contestant, place: DrainPlace): Drainer {
  return contestant.on === 'node'
    ? nodeDrainer(contestant.queue, place)
    : browserDrainer(contestant.queue, place)
}

function nodeDrainer(queue: NodeQueueName, { folder, url }: DrainPlace): Drainer {
  const place = { name: `${folder}/queue`, url }
  const run = (input: object) => runWorker({ program: nodeQueueProgram, input: { queue, place, ...input } })
  let worker: RunningWorker | null = null
  let done = false

  async function note(started: RunningWorker): Promise<void> {
    const { code, errors } = await started.ended
    done ||= code === 0
    if (code !== 0 && code !== null) process.stderr.write(`${queue}: ${errors.slice(-1_000)}\n`)
  }

  return {
    async fill(count) {
      // The worker says so itself.
      const { acknowledged } = (await run({ do: 'fill', count })) as { acknowledged: string[] }
      return acknowledged
    },
    async start() {
      const started = startWorker({ program: nodeQueueProgram, input: { queue, place, do: 'drain' } })
      worker = started
      void note(started)
    },
    ended: () => done,
    async kill() {
      worker?.kill()
      await worker?.ended
    },
    async waiting() {
      const idle = { name: place.name, url: NOWHERE }
      const { waiting } = (await run({ do: 'waiting', place: idle })) as { waiting: string[] }
      return waiting
    },
  }
}

function browserDrainer(queue: WebQueueName, { folder, url }: DrainPlace): Drainer {
  const profile = `${folder}/profile`
  const place = { name: queue, url }
  let session: BrowserSession | null = null
  let done = false

  async function opened(at: string): Promise<BrowserSession> {
    session ??= await openBrowserSession(profile)
    await session.open(queue, { ...place, url: at })
    return session
  }

  async function note(page: BrowserSession): Promise<void> {
    try {
      await page.call('drain')
      done = true
    } catch {
      // It was killed.
    }
  }

  return {
    async fill(count) {
      // The page says so itself.
      return (await (await opened(url)).call('fill', count)) as string[]
    },
    async start() {
      void note(await opened(url))
    },
    ended: () => done,
    async kill() {
      session?.kill()
      session = null
    },
    async waiting() {
      const page = await opened(NOWHERE)
      const ids = (await page.call('waiting')) as string[]
      await page.close()
      session = null
      return ids
    },
  }
}
