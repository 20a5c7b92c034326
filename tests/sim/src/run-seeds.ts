import { Worker } from 'node:worker_threads'
import { type DayReport, reportDay } from './day-report.ts'
import type { DayOptions } from './scenario.ts'

export interface SeedRun {
  readonly first: number
  readonly seeds: number
  readonly jobs: number
  readonly options: DayOptions
}

/**
 * Days from the first seed on, in as many workers as there are jobs. What is answered ends with the first broken seed,
 * whoever finished first, so it is the same with any number of jobs.
 */
export async function runSeeds(
  run: SeedRun,
  hooks: { readonly isOver: () => boolean; readonly onDone: () => void },
): Promise<{ reports: readonly DayReport[]; broken: number | null }> {
  const { first, seeds, jobs, options } = run
  const found = new Map<number, DayReport>()
  let next = first
  let broken = Number.POSITIVE_INFINITY

  async function take(runDay: (seed: number) => Promise<DayReport>): Promise<void> {
    while (next < first + seeds && next < broken && !hooks.isOver()) {
      const seed = next
      next += 1
      const report = await runDay(seed)
      found.set(seed, report)
      if (report.isBroken) broken = Math.min(broken, seed)
      hooks.onDone()
    }
  }

  if (jobs <= 1) await take((seed) => reportDay(seed, options))
  else await Promise.all(Array.from({ length: jobs }, () => inWorker(options, take)))
  const reports = [...found.values()].sort((a, b) => a.seed - b.seed).filter(({ seed }) => seed <= broken)
  return { reports, broken: Number.isFinite(broken) ? broken : null }
}

async function inWorker(
  options: DayOptions,
  use: (runDay: (seed: number) => Promise<DayReport>) => Promise<void>,
): Promise<void> {
  const worker = new Worker(new URL('./day-worker.ts', import.meta.url), { workerData: { options } })
  try {
    await use(
      (seed) =>
        new Promise((resolve, reject) => {
          worker.removeAllListeners()
          worker.once('message', resolve)
          worker.once('error', reject)
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
          worker.postMessage(seed)
        }),
    )
  } finally {
    await worker.terminate()
  }
}
