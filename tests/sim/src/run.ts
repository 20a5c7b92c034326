import { createFaultCounters } from '@holdfast/testing'
import { parseArgs } from 'node:util'
import type { DayReport } from './day-report.ts'
import { faultRows, rowsElsewhere, rowsNotMet } from './fault-rows.ts'
import { runSeeds } from './run-seeds.ts'
import { contracts, type DayOptions, restores } from './scenario.ts'
import { tellShrunk, tellStory } from './tell-story.ts'

/**
 * `npm run sim -- --seed S --seeds N [--jobs J] [--seconds T] [--restore gateway|till|clone|carry]
 * [--contract usual|terminal_capture] [--story] [--shrink]`: N days from seed S on. Exit 1 names the seed of the first
 * broken promise and tells its story, `--shrink` a shorter one that breaks the same; with any number of jobs the same.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '100' },
    jobs: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    restore: { type: 'string' },
    contract: { type: 'string' },
    story: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
  },
})

const PROGRESS_MS = 10_000
const options = dayOptions()
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
if (broken !== null && values.shrink) await tellShrunk(String(broken), options)
else if (told !== undefined) await tellStory(String(told), options, values.story ? 'whole' : 'short')
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
  const hits = [...totals.counts()].filter(([, count]) => count > 0)
  console.log(`faults and states met: ${hits.map(([name, count]) => `${name} ${count}`).join(', ')}`)
  const never = totals.never()
  console.log(never.length === 0 ? 'every fault was met' : `NEVER MET: ${never.join(', ')}`)
  const rows = rowsNotMet(totals.counts())
  const met = faultRows.length - rows.length
  console.log(
    `${met} of ${faultRows.length} rows of the fault list met; elsewhere: ${rowsElsewhere.join(', ')}`,
  )
  if (rows.length > 0) console.log(`ROWS NEVER MET: ${rows.join('; ')}`)
}

function dayOptions(): DayOptions {
  const restore = oneOf('restore', restores, values.restore)
  const contract = oneOf('contract', contracts, values.contract)
  return { ...(restore === undefined ? {} : { restore }), ...(contract === undefined ? {} : { contract }) }
}

function oneOf<Name extends string>(
  option: string,
  names: readonly Name[],
  value: string | undefined,
): Name | undefined {
  const known = names.find((name) => name === value)
  if (value !== undefined && known === undefined)
    throw new Error(`--${option} takes one of ${names.join(', ')}`)
  return known
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000
}
