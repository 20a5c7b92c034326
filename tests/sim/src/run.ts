import { createFaultCounters } from '@holdfast/testing'
import { parseArgs } from 'node:util'
import { type DayOptions, runDay } from './scenario.ts'

/**
 * `npm run sim -- --seed S --seeds N [--seconds T] [--restore gateway|till] [--story]`: N days from seed S on.
 * Exit 1 names the seed of the first broken promise and tells its story.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '100' },
    seconds: { type: 'string' },
    restore: { type: 'string' },
    story: { type: 'boolean', default: false },
  },
})

const STORY_LINES_MAX = 120
/** What befell the world; not the heartbeat. */
const WORLD = /dies|starts|freezes|jumps|link is|restore|acquirer 0[14]|BREACH|stop|POST \/attempts|refused/

const options = dayOptions(values.restore)
const first = Number(values.seed)
const secondsMax = Number(values.seconds ?? Number.POSITIVE_INFINITY)
const totals = createFaultCounters()
const startedMs = performance.now()
let [sales, events, virtualMs, ran] = [0, 0, 0, 0]
let lastHash = ''

for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
  if (secondsSince(startedMs) > secondsMax) break
  const day = await runDay(String(seed), options)
  totals.add(day.world.counters)
  sales += day.sales
  events += day.events
  virtualMs += day.virtualMs
  ran += 1
  lastHash = day.hash
  const isBroken = day.world.watch.breaches().length > 0
  if (isBroken || values.story) await tellStory(String(seed))
  if (!isBroken) continue
  process.exitCode = 1
  break
}
printSummary(secondsSince(startedMs))

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
  if (restore === 'gateway' || restore === 'till') return { restore }
  throw new Error('--restore takes gateway or till')
}

function secondsSince(ms: number): number {
  return (performance.now() - ms) / 1000
}
