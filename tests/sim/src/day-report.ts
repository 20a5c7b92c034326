import { type DayOptions, runDay } from './scenario.ts'
import type { World } from './world.ts'

/** What a run keeps of a day; plain data, so that it comes out of a worker. */
export interface DayReport {
  readonly seed: number
  readonly hash: string
  readonly events: number
  readonly sales: number
  readonly virtualMs: number
  readonly counts: ReadonlyMap<string, number>
  readonly isBroken: boolean
}

export async function reportDay(seed: number, options: DayOptions): Promise<DayReport> {
  const { world, hash, events, sales, virtualMs } = await runDay(String(seed), options)
  const isBroken = world.watch.breaches().length > 0
  endPrograms(world)
  return { seed, hash, events, sales, virtualMs, counts: world.counters.counts(), isBroken }
}

/** What they still wait for would keep them and their day for ever. */
function endPrograms({ devices, gateways }: World): void {
  for (const machine of [...devices, ...gateways]) machine.process()?.kill('the day is over')
}
