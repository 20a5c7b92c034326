import { type Clock, sleep } from '@holdfast/core'
import type { Log } from '../ports/log.ts'

export interface PollLoop {
  start(): void
  /** Looks at once: there is something to do. */
  wake(): void
  /** Resolves when the step under way has ended. */
  stop(): Promise<void>
}

/**
 * Calls `step` again and again: at once while it says that it found something to do, else after `idleMs`. A step that
 * fails is logged and tried again after a pause; the database may be away for a while.
 */
export function createPollLoop(options: {
  readonly name: string
  readonly clock: Clock
  readonly log: Log
  readonly idleMs: number
  readonly step: (signal: AbortSignal) => Promise<boolean>
}): PollLoop {
  const { name, clock, log, idleMs, step } = options
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  let nap = new AbortController()

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      nap = new AbortController()
      let busy = false
      try {
        busy = await step(stopping.signal)
      } catch (error) {
        log.info({ loop: name, error: error instanceof Error ? error.message : String(error) }, 'step failed')
      }
      if (!busy) await sleep(clock, idleMs, AbortSignal.any([stopping.signal, nap.signal]))
    }
  }

  return {
    start() {
      running ??= run()
    },
    wake() {
      nap.abort()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
