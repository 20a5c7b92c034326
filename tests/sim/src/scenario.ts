import { acquirerProfileOf, type AcquirerProfile } from '@holdfast/gateway'
import { terminalCapture } from '@holdfast/iso8583'
import { type AuditReport, createRandom, type Random } from '@holdfast/testing'
import { announceFaults } from './announce-faults.ts'
import { catchRejections } from './catch-rejections.ts'
import { drain } from './drain.ts'
import { judge } from './judge.ts'
import { openShop } from './open-shop.ts'
import { cardApproving, planDeaths, planLease, planOutages, setFaults, tightTerms } from './plan-faults.ts'
import { planClocks } from './plan-clocks.ts'
import type { DayCut } from './day-cut.ts'
import { planCarry } from './plan-carry.ts'
import { planClone } from './plan-clone.ts'
import { planDamage } from './plan-damage.ts'
import { planKeys } from './plan-keys.ts'
import { planReview } from './plan-review.ts'
import { planReaders } from './plan-readers.ts'
import { planGatewayRestore, planTillRestore } from './plan-restores.ts'
import { type Circumstances, type Mutant, mutants } from './mutants.ts'
import { createWorld, openWorld, type World } from './world.ts'

export interface DayResult {
  readonly world: World
  readonly hash: string
  readonly events: number
  readonly sales: number
  readonly virtualMs: number
}

export interface DayOptions {
  readonly keepStory?: boolean
  readonly mutant?: Mutant
  /** What a mutant's day holds; its own by default. */
  readonly circumstances?: Circumstances
  /**
   * The gateway's database comes back from a backup in the middle of the day (P7), or the first till's disk; drawn where
   * left out, and seldom.
   */
  readonly restore?: Restore
  /** The acquirer's contract; drawn where left out. */
  readonly contract?: Contract
  readonly cut?: DayCut
}

/** `usual`: 0100 over packed digits, with what the host knows again drawn. `terminal_capture`: MACs, and nothing is known again. */
export const contracts = ['usual', 'terminal_capture'] as const
type Contract = (typeof contracts)[number]

/** `clone`: a copy of the first till sells beside it. `carry`: the first till breaks down and another one carries its queue. */
export const restores = ['gateway', 'till', 'clone', 'carry'] as const
type Restore = (typeof restores)[number]

const MUTANT_DRAIN_MS_MAX = 10 * 60_000
const HOUR_MS = 3_600_000
const DAY_MS_MIN = 2 * 60_000
const DAY_MS_MAX = 10 * 60_000

/** One seeded day: people sell, everything that can fail does, then the faults stop and all must come out even. */
export async function runDay(seed: string, asked: DayOptions = {}): Promise<DayResult> {
  const draw = createRandom(seed).fork('plan')
  const { mutant } = asked
  const { circumstances = mutant === undefined ? 'usual' : mutants[mutant].circumstances } = asked
  const restore = circumstances === 'gateway_restored' ? 'gateway' : (asked.restore ?? restoreOfDay(draw))
  const options: DayOptions = { ...asked, ...(restore === undefined ? {} : { restore }) }
  const nearTheLimit = circumstances === 'two_tabs_near_the_limit'
  const world = createWorld({
    seed,
    devices: draw.int(options.restore === 'carry' ? 2 : 1, 3),
    gateways: Math.max(draw.int(1, 2), circumstances === 'two_gateways' ? 2 : 1),
    secondTab: draw.chance(0.15) || nearTheLimit,
    ...options,
    profile: profileOfDay(draw, options),
    durable: options.restore !== 'gateway' && draw.chance(0.5) ? 'commit' : 'none',
    terms: termsOfDay(draw, nearTheLimit),
  })
  announceFaults(world)
  world.counters.sometimes(
    'device.second_tab',
    world.devices.some(({ name }) => name.endsWith('-tab')),
  )
  const report = await catchRejections(world.watch, () =>
    liveThrough(world, draw, { ...options, circumstances }),
  )
  const { engine } = world
  return {
    world,
    hash: engine.traceHash(),
    events: engine.events(),
    sales: report.sales,
    virtualMs: engine.nowMs(),
  }
}

async function liveThrough(
  world: World,
  draw: Random,
  options: DayOptions & { readonly circumstances: Circumstances },
): Promise<AuditReport> {
  await openWorld(world)
  const forked = options.restore === 'till' || options.restore === 'clone'
  const endMs = world.engine.nowMs() + draw.int(DAY_MS_MIN, DAY_MS_MAX)
  setFaults(world, draw, options)
  planOutages(world, draw, endMs)
  planDeaths(world, draw, endMs)
  planClocks(world, draw, endMs)
  planLease(world, draw, endMs)
  planKeys(world, draw, endMs)
  planReaders(world, draw, endMs)
  if (options.restore === undefined) planDamage(world, draw, endMs)
  if (options.restore === 'gateway') planGatewayRestore(world, draw, endMs)
  if (options.restore === 'till') planTillRestore(world, draw, endMs)
  if (options.restore === 'clone') planClone(world, draw, endMs)
  if (options.restore === 'carry') planCarry(world, draw, endMs)
  if (forked) planReview(world, draw.fork('review'))
  openShop(world, draw, { endMs, circumstances: options.circumstances })
  await world.engine.run(endMs)
  // A world with a bug seldom comes out even; nobody waits long for it.
  const patience = options.mutant === undefined ? {} : { drainMsMax: MUTANT_DRAIN_MS_MAX }
  await drain(world, { restartTills: draw.chance(0.3), forked, ...patience })
  if (options.restore === undefined && draw.chance(0.15)) await reopen(world, draw.fork('reopened'), options)
  return judge(world, forked ? 'forked' : 'whole')
}

/** The shop is closed for days, and opens once more: tills delete what is with the gateway for good, and go on. */
async function reopen(
  world: World,
  draw: Random,
  options: DayOptions & { readonly circumstances: Circumstances },
): Promise<void> {
  const { engine, counters } = world
  counters.hit('shop.closed_for_days')
  engine.leap(draw.int(25 * HOUR_MS, 9 * 24 * HOUR_MS))
  const endMs = engine.nowMs() + draw.int(DAY_MS_MIN / 2, DAY_MS_MIN)
  setFaults(world, draw, options)
  planOutages(world, draw, endMs)
  openShop(world, draw, { endMs, circumstances: options.circumstances })
  await engine.run(endMs)
  await drain(world, { restartTills: draw.chance(0.3) })
}

/** On one day in ten something comes back from a copy. */
function restoreOfDay(draw: Random): Restore | undefined {
  const drawn = draw.fork('restore')
  return drawn.chance(0.1) ? drawn.pick(restores) : undefined
}

function profileOfDay(draw: Random, { restore, contract }: DayOptions): Partial<AcquirerProfile> {
  const drawn = draw.fork('contract').chance(0.25) ? 'terminal_capture' : 'usual'
  const knownAgain = { hostDeduplicates: draw.chance(0.7), hostKnowsRrn: draw.chance(0.7) }
  return {
    ...((contract ?? drawn) === 'terminal_capture' ? acquirerProfileOf(terminalCapture) : knownAgain),
    ...(draw.chance(0.3) ? { unclaimedReversalMs: draw.int(20_000, 180_000) } : {}),
    // What a restored or broken till does not void any more is reversed at the deadline.
    ...(restore !== undefined && restore !== 'gateway' ? { unclaimedReversalMs: 60_000 } : {}),
    ...(draw.chance(0.3) ? { answerTimeoutMs: draw.int(2_000, 8_000) } : {}),
  }
}

function termsOfDay(draw: Random, nearTheLimit: boolean): World['terms'] {
  const approving = draw.chance(0.5) ? cardApproving : (usual: Parameters<World['terms']>[0]) => usual
  const tight = draw.chance(0.3) || nearTheLimit ? tightTerms(draw) : null
  return (usual) => (tight === null ? approving(usual) : tight(approving(usual)))
}
