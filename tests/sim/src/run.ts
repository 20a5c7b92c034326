import { parseArgs } from 'node:util'
import { createFaultCounters } from '@holdfast/testing'
import { runDay } from './scenario.ts'

const STORY_LINES_MAX = 120
const WORLD = /dies|starts|freezes|jumps|link is|acquirer 0[14]|BREACH|stop|POST \/attempts|refused/

/** `npm run sim -- --seed S --seeds N`: N days from seed S on. Exit 1 names the seed of the first broken promise. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '100' },
    seconds: { type: 'string' },
    story: { type: 'boolean', default: false },
  },
})

const first = Number(values.seed)
const seeds = Number(values.seeds)
const secondsMax = values.seconds === undefined ? Number.POSITIVE_INFINITY : Number(values.seconds)
const totals = createFaultCounters()
const startedMs = performance.now()
let [sales, events, virtualMs, ran] = [0, 0, 0, 0]
let lastHash = ''

for (let seed = first; seed < first + seeds; seed += 1) {
  if (performance.now() - startedMs > secondsMax * 1000) break
  const day = await runDay(String(seed))
  totals.add(day.world.counters)
  sales += day.sales
  events += day.events
  virtualMs += day.virtualMs
  ran += 1
  lastHash = day.hash
  if (day.world.watch.breaches().length > 0) {
    await tellStory(String(seed))
    process.exitCode = 1
    break
  }
  if (values.story) await tellStory(String(seed))
}

const seconds = (performance.now() - startedMs) / 1000
console.log(
  `${ran} seeds from ${first}: ${sales} sales, ${events} events, ${(virtualMs / 3_600_000).toFixed(1)} hours of virtual time in ${seconds.toFixed(1)} s`,
)
console.log(`${(ran / seconds).toFixed(1)} seeds/s, trace hash of the last seed ${lastHash}`)
const counts = [...totals.counts()].filter(([, count]) => count > 0)
console.log(`faults and states met: ${counts.map(([name, count]) => `${name} ${count}`).join(', ')}`)
const never = totals.never()
console.log(never.length === 0 ? 'every fault was met' : `NEVER MET: ${never.join(', ')}`)

/** The same seed again, with every line kept. */
async function tellStory(seed: string): Promise<void> {
  const { world } = await runDay(seed, { keepStory: true })
  const breaches = world.watch.breaches()
  const whose = breaches.map((breach) => breach.paymentId ?? /pi_\w{24}/.exec(breach.detail)?.[0])
  const paymentId = whose.find((id) => id !== undefined) ?? null
  const story = world.engine.story()
  const lines = paymentId === null ? story : story.filter((line) => concerns(line, paymentId))
  for (const line of (values.story ? story : lines).slice(-STORY_LINES_MAX)) console.log(line)
  for (const { promise, detail, paymentId: whose } of breaches)
    console.log(`BROKEN in seed ${seed}: ${promise}: ${detail}${whose === null ? '' : ` (${whose})`}`)
}

/** The payment, its messages at the acquirer by STAN, and what befell the world; not the heartbeat. */
function concerns(line: string, paymentId: string): boolean {
  return line.includes(paymentId) || WORLD.test(line)
}
