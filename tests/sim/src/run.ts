import { createFaultCounters } from '@holdfast/testing'
import { parseArgs } from 'node:util'
import type { DayReport } from './day-report.ts'
import { faultRows, rowsNotMet } from './fault-rows.ts'
import { runSeeds } from './run-seeds.ts'
import { type DayOptions, restores, runDay } from './scenario.ts'

/**
 * `npm run sim -- --seed S --seeds N [--jobs J] [--seconds T] [--restore gateway|till|clone|carry] [--story]`: N days from seed S on.
 * Exit 1 names the seed of the first broken promise and tells its story; the same one with any number of jobs.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '100' },
    jobs: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    restore: { type: 'string' },
    story: { type: 'boolean', default: false },
  },
})

const STORY_LINES_MAX = 120
const PROGRESS_MS = 10_000
/** What befell the world; not the heartbeat. */
const WORLD = /dies|starts|freezes|jumps|link is|restore|acquirer 0[14]|BREACH|stop|POST \/attempts|refused/

const options = dayOptions(values.restore)
const first = Number(values.seed)
const seeds = Number(values.seeds)
const secondsMax = Number(values.seconds ?? Number.POSITIVE_INFINITY)
const totals = createFaultCounters()
const startedMs = performance.now()
let [sales, events, virtualMs, ran] = [0, 0, 0, 0]
let lastHash = ''

const progress = setInterval(printProgress, PROGRESS_MS)
const { reports, broken } = await runSeeds(
  { first, seeds, jobs: Number(values.jobs), options },
  { isOver: () => secondsSince(startedMs) > secondsMax, onDone: () => (ran += 1) },
)
clearInterval(progress)
ran = reports.length
for (const report of reports) add(report)
if (broken !== null) process.exitCode = 1
const told = broken ?? (values.story ? reports.at(-1)?.seed : undefined)
if (told !== undefined) await tellStory(String(told))
printSummary(secondsSince(startedMs))

function add(report: DayReport): void {
  totals.addCounts(report.counts)
  sales += report.sales
  events += report.events
  virtualMs += report.virtualMs
  lastHash = report.hash
}

function printProgress(): void {
  const perSecond = ran / secondsSince(startedMs)
  const leftSeconds = Math.min((seeds - ran) / perSecond, secondsMax - secondsSince(startedMs))
  console.error(
    `${ran} of ${seeds} seeds, ${perSecond.toFixed(1)} seeds/s, ${leftSeconds.toFixed(0)} s to go`,
  )
}

function printSummary(seconds: number): void {
  const hours = (virtualMs / 3_600_000).toFixed(1)
  console.log(`${ran} seeds from ${first}: ${sales} sales, ${events} events, ${hours} h of virtual time`)
  console.log(
    `${(ran / seconds).toFixed(1)} seeds/s in ${seconds.toFixed(1)} s, trace hash of the last seed ${lastHash}`,
  )
  const met = [...totals.counts()].filter(([, count]) => count > 0)
  console.log(`faults and states met: ${met.map(([name, count]) => `${name} ${count}`).join(', ')}`)
  const never = totals.never()
  console.log(never.length === 0 ? 'every fault was met' : `NEVER MET: ${never.join(', ')}`)
  const rows = rowsNotMet(totals.counts())
  console.log(`${faultRows.length - rows.length} of ${faultRows.length} rows of the fault list met`)
  if (rows.length > 0) console.log(`ROWS NEVER MET: ${rows.join('; ')}`)
}

/** The same seed again, with every line kept. */
async function tellStory(seed: string): Promise<void> {
  const { world } = await runDay(seed, { ...options, keepStory: true })
  const breaches = world.watch.breaches()
  const named = breaches.map(({ paymentId, detail }) => paymentId ?? /pi_\w{24}/.exec(detail)?.[0])
  const paymentId = named.find((id) => id !== undefined)
  const story = world.engine.story()
  const lines =
    values.story || paymentId === undefined
      ? story
      : story.filter((line) => line.includes(paymentId) || WORLD.test(line))
  for (const line of values.story ? lines : lines.slice(-STORY_LINES_MAX)) console.log(line)
  for (const { promise, detail, paymentId: whose } of breaches)
    console.log(`BROKEN in seed ${seed}: ${promise}: ${detail}${whose === null ? '' : ` (${whose})`}`)
}

function dayOptions(restore: string | undefined): DayOptions {
  if (restore === undefined) return {}
  const known = restores.find((name) => name === restore)
  if (known === undefined) throw new Error(`--restore takes one of ${restores.join(', ')}`)
  return { restore: known }
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000
}
