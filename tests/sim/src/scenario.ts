import {
  type DiskFaults,
  type LinkState,
  type NetworkFaults,
  NO_DISK_FAULTS,
  NO_NETWORK_FAULTS,
  NO_WIRE_FAULTS,
  type Random,
  createRandom,
  type WireFaults,
} from '@holdfast/testing'
import type { LeaseTerms } from '@holdfast/gateway'
import { cashierStates, runCashier } from './cashier.ts'
import { drain } from './drain.ts'
import { judge, rareStates } from './judge.ts'
import type { Order } from './shop.ts'
import { type DatabaseFaults, databaseFaultNames, NO_DATABASE_FAULTS } from './sim-gateway-store.ts'
import { createWorld, type Mutant, openWorld, type World } from './world.ts'

export interface DayResult {
  readonly world: World
  readonly hash: string
  readonly events: number
  readonly sales: number
  readonly virtualMs: number
}

const DAY_MS_MIN = 2 * 60_000
const DAY_MS_MAX = 10 * 60_000

/** One seeded day: people sell, everything that can fail does, then the faults stop and all must come out even. */
export async function runDay(
  seed: string,
  options: { readonly keepStory?: boolean; readonly mutant?: Mutant } = {},
): Promise<DayResult> {
  const draw = createRandom(seed).fork('plan')
  const world = createWorld({
    seed,
    devices: draw.int(1, 3),
    gateways: draw.int(1, 2),
    secondTab: draw.chance(0.15),
    ...options,
    profile: {
      hostDeduplicates: draw.chance(0.7),
      ...(draw.chance(0.3) ? { unclaimedReversalMs: draw.int(20_000, 180_000) } : {}),
      ...(draw.chance(0.3) ? { answerTimeoutMs: draw.int(2_000, 8_000) } : {}),
    },
    ...(draw.chance(0.3) ? { terms: tightTerms(draw) } : {}),
  })
  announce(world)
  world.counters.sometimes(
    'device.second_tab',
    world.devices.some(({ name }) => name.endsWith('-tab')),
  )
  await openWorld(world)
  const endMs = world.engine.nowMs() + draw.int(DAY_MS_MIN, DAY_MS_MAX)
  setFaults(world, draw, options.mutant)
  planOutages(world, draw, endMs)
  planDeaths(world, draw, endMs)
  planClocks(world, draw, endMs)
  openShop(world, draw, endMs)
  await world.engine.run(endMs)
  await drain(world, { restartTills: draw.chance(0.3) })
  const report = judge(world)
  const { engine } = world
  return {
    world,
    hash: engine.traceHash(),
    events: engine.events(),
    sales: report.sales,
    virtualMs: engine.nowMs(),
  }
}

function announce({ counters }: World): void {
  counters.announce(...databaseFaultNames, ...cashierStates, ...rareStates)
  counters.announce(
    'device.killed',
    'device.frozen',
    'device.clock_jump',
    'device.reboot',
    'device.crash_at_step',
  )
  counters.announce('gateway.killed', 'gateway.frozen', 'gateway.crash_at_step', 'acquirer.restarted')
  counters.announce(...scriptFaults.map(([name]) => name))
  counters.announce('outage.internet', 'outage.service', 'outage.acquirer')
  counters.announce('state.basket_paid', 'state.basket_tried_again', 'state.scan_finds_card_at_acquirer')
}

/** Limits that a few sales use up. */
function tightTerms(draw: Random): (usual: LeaseTerms['offline']) => LeaseTerms['offline'] {
  const limits = {
    perPaymentMinor: { eur: draw.int(2_000, 9_000) },
    storedTotalMinor: { eur: draw.int(5_000, 20_000) },
    storedCount: draw.int(1, 5),
    acceptanceWindowMs: draw.int(60_000, 600_000),
    acceptanceAnchor: draw.pick(['last_contact', 'first_payment'] as const),
  }
  const cardApproves = draw.chance(0.5)
  return (usual) => {
    const { deferred, card_approved: cardApproved } = usual.kinds
    const kinds = deferred === undefined ? {} : { deferred: { ...deferred, ...limits } }
    if (!cardApproves || cardApproved === undefined) return { ...usual, kinds }
    return { ...usual, kinds: { ...kinds, card_approved: { ...cardApproved, ...limits } } }
  }
}

/** Half of the kinds are off in a seed, and those that are on come rarely or often: a swarm finds what a mean hides. */
function rate(draw: Random, max: number): number {
  return draw.chance(0.5) ? 0 : max * draw.next() ** 2
}

function setFaults(world: World, draw: Random, mutant: Mutant | undefined): void {
  for (const { disk, link } of world.devices) {
    const diskFaults: DiskFaults = {
      ...NO_DISK_FAULTS,
      readFails: rate(draw, 0.01),
      commitFails: rate(draw, 0.05),
      commitFailsApplied: rate(draw, 0.05),
      crashTorn: rate(draw, 0.02),
      crashAfterDurable: rate(draw, 0.02),
      slow: rate(draw, 0.05),
      lies: mutant === 'disk_lies' ? 0.5 : 0,
    }
    disk.setFaults(diskFaults)
    const netFaults: NetworkFaults = {
      ...NO_NETWORK_FAULTS,
      requestLost: rate(draw, 0.3),
      answerLost: rate(draw, 0.3),
      delayed: rate(draw, 0.2),
      duplicated: rate(draw, 0.3),
      reset: rate(draw, 0.1),
      serverError: rate(draw, 0.1),
      captive: rate(draw, 0.1),
      garbled: rate(draw, 0.1),
    }
    link.setFaults(netFaults)
  }
  const wireFaults: WireFaults = {
    ...NO_WIRE_FAULTS,
    cutBefore: rate(draw, 0.1),
    cutAfter: rate(draw, 0.1),
    delayed: rate(draw, 0.2),
  }
  world.acquirer.wire.setFaults(wireFaults)
  const databaseFaults: DatabaseFaults = {
    ...NO_DATABASE_FAULTS,
    commitUnknown: rate(draw, 0.05),
    readFails: rate(draw, 0.02),
    slow: rate(draw, 0.03),
    lies: mutant === 'database_lies' ? 0.5 : 0,
  }
  for (const gateway of world.gateways) gateway.setDatabaseFaults(databaseFaults)
  world.forgeries = rate(draw, 0.1)
}

const scriptFaults = [
  ['acquirer.request_dropped', { drop: 'before' }],
  ['acquirer.answer_dropped', { drop: 'after' }],
  ['acquirer.answered_late', { delayMs: 18_000 }],
  ['acquirer.answered_twice', { duplicate: true }],
  ['acquirer.answer_cut', { cut: true }],
  ['acquirer.issuer_not_there', { responseCode: '91' }],
] as const

function planOutages(world: World, draw: Random, endMs: number): void {
  const { engine, counters, acquirer, devices } = world
  const links: LinkState[] = ['down', 'black_hole', 'captive', 'slow', 'answers_lost']
  repeat(world, draw, endMs, draw.pick([0, 1, 3]), () => {
    const hit = draw.chance(0.5) ? devices : [draw.pick(devices)]
    const state = draw.pick(links)
    counters.hit('outage.internet')
    for (const { link } of hit) link.setState(state)
    engine.after(draw.int(5_000, 240_000), 'the internet is back', () => {
      for (const { link } of hit) link.setState('up')
    })
  })
  repeat(world, draw, endMs, draw.pick([0, 1, 2]), () => {
    counters.hit('outage.acquirer')
    acquirer.wire.setState(draw.chance(0.6) ? 'down' : 'half_open')
    engine.after(draw.int(5_000, 180_000), 'the acquirer is back', () => acquirer.wire.setState('up'))
  })
  repeat(world, draw, endMs, draw.pick([0, 1]), () => {
    counters.hit('acquirer.restarted')
    acquirer.restart()
  })
  repeat(world, draw, endMs, draw.pick([0, 2, 12]), () => {
    const [name, action] = draw.pick(scriptFaults)
    counters.hit(name)
    acquirer.script.add({
      match: { next: 1, message: draw.chance(0.8) ? 'authorisation' : 'reversal' },
      do: action,
    })
  })
  for (const { disk } of devices) {
    repeat(world, draw, endMs, draw.pick([0, 0, 1]), () => {
      disk.setFull(true)
      engine.after(draw.int(5_000, 120_000), 'space again', () => disk.setFull(false))
    })
  }
}

function planDeaths(world: World, draw: Random, endMs: number): void {
  const { engine, counters, devices, gateways } = world
  for (const device of devices) {
    repeat(world, draw, endMs, draw.pick([0, 1, 3]), () => {
      const process = device.process()
      if (process === null) return
      if (draw.chance(0.3)) {
        counters.hit('device.frozen')
        process.freeze(draw.int(500, 90_000))
      } else if (draw.chance(0.5)) {
        counters.hit('device.crash_at_step')
        process.crashAtStep(process.steps() + draw.int(1, 60))
      } else process.kill('kill -9')
    })
    reviveDevice(world, draw, device.name)
  }
  for (const gateway of gateways) {
    repeat(world, draw, endMs, draw.pick([0, 1, 2]), () => {
      const process = gateway.process()
      if (process === null) return
      counters.hit('outage.service')
      if (draw.chance(0.3)) {
        counters.hit('gateway.frozen')
        process.freeze(draw.int(500, 30_000))
      } else if (draw.chance(0.6)) {
        counters.hit('gateway.crash_at_step')
        process.crashAtStep(process.steps() + draw.int(1, 80))
      } else process.kill('kill -9')
    })
    const revive = (): void => {
      if (gateway.process() === null && draw.chance(0.05)) gateway.start()
      engine.after(1_000, 'supervisor', revive)
    }
    revive()
  }
}

function reviveDevice(world: World, draw: Random, name: string): void {
  const { engine, counters, devices } = world
  const device = devices.find((candidate) => candidate.name === name)
  const revive = (): void => {
    if (device?.process() === null && draw.chance(0.1)) {
      const reboot = draw.chance(0.4)
      if (reboot) counters.hit('device.reboot')
      device.start({ reboot })
      if (draw.chance(0.2)) {
        counters.hit('device.crash_in_recovery')
        device.process()?.crashAtStep(draw.int(1, 40))
      }
    }
    engine.after(1_000, 'supervisor', revive)
  }
  revive()
}

function planClocks(world: World, draw: Random, endMs: number): void {
  for (const { machine, name } of world.devices) {
    repeat(world, draw, endMs, draw.pick([0, 0, 1, 2]), () => {
      world.counters.hit('device.clock_jump')
      const jumpMs = draw.pick([-3_600_000, -60_000, 45_000, 7_200_000, -400 * 86_400_000, 40 * 86_400_000])
      machine.skewMs += jumpMs
      world.engine.tell(`${name} clock jumps ${jumpMs} ms`)
    })
  }
}

function openShop(world: World, draw: Random, endMs: number): void {
  const { engine, counters, shop, devices } = world
  const amounts = draw.fork('amounts')
  function nextOrder(till: string): Order | null {
    if (engine.nowMs() >= endMs) return null
    const order: Order = {
      reference: `${till}/order-${shop.orders.length + 1}`,
      money: { amountMinor: amounts.int(1, 9_999), currency: 'eur' },
      payments: [],
      end: null,
    }
    shop.orders.push(order)
    return order
  }
  world.onTillReady = (device, till) => {
    const random = draw.fork(`cashier ${till.process.name}`)
    const { name } = device
    const pauseMs = [500, draw.pick([5_000, 20_000, 40_000])] as const
    void runCashier(till, {
      engine,
      random,
      counters,
      shop,
      till: name,
      nextOrder: () => nextOrder(name),
      pauseMs,
    })
  }
  for (const device of devices) {
    const till = device.running()
    if (till !== null) world.onTillReady(device, till)
  }
}

/** So many times at moments of the day. */
function repeat(world: World, draw: Random, endMs: number, times: number, run: () => void): void {
  const { engine } = world
  for (let n = 0; n < times; n += 1)
    engine.after(draw.int(0, Math.max(1, endMs - engine.nowMs())), 'plan', () => {
      if (engine.nowMs() < endMs) run()
    })
}
