import { must } from '@holdfast/core'
import { parentPort, workerData } from 'node:worker_threads'
import { reportDay } from './day-report.ts'
import type { DayOptions } from './scenario.ts'

/** Runs the days that it is sent the seeds of, one after the other. */
const port = must(parentPort, 'this file is run as a worker')
const { options } = workerData as { options: DayOptions }
port.on('message', (seed: number) => {
  void reportDay(seed, options).then((report) => port.postMessage(report))
})
