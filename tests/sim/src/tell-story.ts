import { type DayOptions, runDay } from './scenario.ts'
import { type ShrunkDay, shrinkDay } from './shrink-day.ts'
import type { World } from './world.ts'

const STORY_LINES_MAX = 120
const SHRINK_DAYS_MAX = 250
/** What befell the world. */
const WORLD =
  /dies|starts|freezes|sleeps|jumps|link is|restore|copy of|breaks down|carries|acquirer 0[1-4]|BREACH|stop|POST \/attempts|refused|is damaged|new key|another reader|the limits/

const HEARTBEAT = /link GET \/(ping|feed) |link POST \/records /

/** The same seed again, with every line kept: all of them, or those of the payment that a promise was broken for. */
export async function tellStory(seed: string, options: DayOptions, how: 'whole' | 'short'): Promise<void> {
  const { world } = await runDay(seed, { ...options, keepStory: true })
  const lines = how === 'whole' ? world.engine.story() : linesOf(world).slice(-STORY_LINES_MAX)
  for (const line of lines) console.log(line)
  tellBreaches(seed, world)
}

/** The shortest day that breaks the same promise, as far as it was found. */
export async function tellShrunk(seed: string, options: DayOptions): Promise<void> {
  const shrunk = await shrinkDay(seed, options, (days) => days >= SHRINK_DAYS_MAX)
  if (shrunk === null) return console.log(`seed ${seed} breaks no promise`)
  const { world } = await runDay(seed, { ...options, cut: shrunk.cut, keepStory: true })
  // The time, two blanks, and who it is about.
  const isOfIdle = (line: string): boolean => shrunk.cut.tills.has(line.split(/ {2}/)[1]?.split(' ')[0] ?? '')
  for (const line of linesOf(world)) if (!isOfIdle(line)) console.log(line)
  tellBreaches(seed, world)
  return console.log(summaryOf(shrunk))
}

function linesOf({ watch, engine }: World): readonly string[] {
  const named = watch.breaches().map(({ paymentId, detail }) => paymentId ?? /pi_\w{24}/.exec(detail)?.[0])
  const paymentId = named.find((id) => id !== undefined)
  const isOfIt = (line: string): boolean => paymentId !== undefined && line.includes(paymentId)
  return engine.story().filter((line) => isOfIt(line) || (WORLD.test(line) && !HEARTBEAT.test(line)))
}

function tellBreaches(seed: string, { watch }: World): void {
  for (const { promise, detail, paymentId } of watch.breaches())
    console.log(`BROKEN in seed ${seed}: ${promise}: ${detail}${paymentId === null ? '' : ` (${paymentId})`}`)
}

function summaryOf({ cut, whole, short, days }: ShrunkDay): string {
  const { plans, devices } = whole.world
  const kinds = plans.kinds().filter((kind) => !cut.kinds.has(kind))
  const count = (of: number, all: number, what: string): string => `${of} of ${all} ${what}`
  const parts = [
    count(devices.length - cut.tills.size, devices.length, 'tills sell'),
    count(short.world.shop.orders.length, whole.world.shop.orders.length, 'orders'),
    count(plans.count() - cut.events.size, plans.count(), 'planned events'),
    `faults by chance: ${kinds.length === 0 ? 'none' : kinds.join(', ')}`,
  ]
  return `shrunk in ${days} days: ${parts.join('; ')}`
}
