import { type DayCut, NO_CUT } from './day-cut.ts'
import { type DayOptions, type DayResult, runDay } from './scenario.ts'

export interface ShrunkDay {
  readonly cut: DayCut
  /** The promise that is broken in the whole day and in the short one. */
  readonly promise: string
  readonly whole: DayResult
  readonly short: DayResult
  /** Days that were lived through to find it. */
  readonly days: number
}

/**
 * Leaves out of a broken day what is not needed to break the same promise: kinds of faults, planned events, tills, and
 * the orders at the end; half of them at a time, then less. Null when the day breaks none. Greedy and not minimal: what
 * is left out shifts what follows, so each try is a day of its own that breaks the promise or does not.
 */
export async function shrinkDay(
  seed: string,
  options: DayOptions,
  isOver: (days: number) => boolean,
): Promise<ShrunkDay | null> {
  const whole = await runDay(seed, { ...options, cut: NO_CUT })
  const [first] = whole.world.watch.breaches()
  if (first === undefined) return null
  const { promise } = first
  let [best, days] = [{ cut: NO_CUT, day: whole }, 1]

  async function isShorter(cut: DayCut): Promise<boolean> {
    if (isOver(days)) return false
    days += 1
    const day = await runDay(seed, { ...options, cut })
    const isBroken = day.world.watch.breaches().some((breach) => breach.promise === promise)
    if (isBroken) best = { cut, day }
    return isBroken
  }

  const { plans, devices } = whole.world
  const events = Array.from({ length: plans.count() }, (_, at) => at + 1)
  for (const till of devices.map(({ name }) => name))
    await isShorter({ ...best.cut, tills: new Set([...best.cut.tills, till]) })
  await closeEarly()
  await leaveOut(plans.kinds(), (kinds) => isShorter({ ...best.cut, kinds: new Set(kinds) }))
  await leaveOut(events, (left) => isShorter({ ...best.cut, events: new Set(left) }))
  await closeEarly()

  /** The shop closes after half as many orders, for as long as that does it, then after a few less. */
  async function closeEarly(): Promise<void> {
    for (let step = ordersOf(best.day) >> 1; step > 0;) {
      const ordersMax = ordersOf(best.day) - step
      const done = ordersMax > 0 && (await isShorter({ ...best.cut, ordersMax }))
      if (!done) step >>= 1
    }
  }

  return { cut: best.cut, promise, whole, short: best.day, days }
}

function ordersOf({ world }: DayResult): number {
  return world.shop.orders.length
}

/** Calls `works` with ever more of the items left out; what does not work is put back in. */
async function leaveOut<Item>(
  items: readonly Item[],
  works: (left: readonly Item[]) => Promise<boolean>,
): Promise<void> {
  let out: readonly Item[] = []
  for (let size = items.length; size > 0; size >>= 1) {
    const kept = items.filter((item) => !out.includes(item))
    for (let at = 0; at < kept.length; at += size) {
      const more = [...out, ...kept.slice(at, at + size)]
      if (await works(more)) out = more
    }
  }
}
