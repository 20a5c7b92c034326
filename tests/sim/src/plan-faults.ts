import type { LeaseTerms } from '@holdfast/gateway'
import {
  type DiskFaults,
  type LinkState,
  type NetworkFaults,
  NO_DISK_FAULTS,
  NO_NETWORK_FAULTS,
  NO_WIRE_FAULTS,
  type Random,
  type WireFaults,
} from '@holdfast/testing'
import { type DatabaseFaults, NO_DATABASE_FAULTS } from './sim-gateway-store.ts'
import type { Circumstances, Mutant } from './mutants.ts'
import type { World } from './world.ts'

/** Half of the kinds are off in a seed, and those that are on come rarely or often: a swarm finds what a mean hides. */
function rate(draw: Random, max: number): number {
  return draw.chance(0.5) ? 0 : max * draw.next() ** 2
}

export function setFaults(
  world: World,
  draw: Random,
  { mutant, circumstances }: { readonly mutant?: Mutant | undefined; readonly circumstances: Circumstances },
): void {
  for (const { disk, link } of world.devices) {
    const diskFaults: DiskFaults = {
      ...NO_DISK_FAULTS,
      readFails: rate(draw, 0.01),
      commitFails: rate(draw, 0.05),
      commitFailsApplied: rate(draw, 0.05),
      crashTorn: rate(draw, 0.02),
      crashAfterDurable: rate(draw, 0.02),
      slow: circumstances === 'two_tabs_near_the_limit' ? 0.3 : rate(draw, 0.05),
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
      overloaded: rate(draw, 0.1),
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
  // Seldom enough that a till gets through the day, often enough that one that believes it is found out.
  if (circumstances === 'forgers') world.forgeries = 0.1
}

export const scriptFaults = [
  ['acquirer.request_dropped', { drop: 'before' }],
  ['acquirer.answer_dropped', { drop: 'after' }],
  ['acquirer.answered_late', { delayMs: 18_000 }],
  ['acquirer.answered_twice', { duplicate: true }],
  ['acquirer.answer_cut', { cut: true }],
  ['acquirer.issuer_not_there', { responseCode: '91' }],
] as const

export function planOutages(world: World, draw: Random, endMs: number): void {
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
      disk.setFull(draw.pick([true, 'reserve_in_use'] as const))
      engine.after(draw.int(5_000, 120_000), 'space again', () => disk.setFull(false))
    })
  }
}

export function planDeaths(world: World, draw: Random, endMs: number): void {
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
      if (gateway.process() === null && draw.chance(0.2)) gateway.start()
      engine.after(draw.int(1_000, 7_000), 'supervisor', revive)
    }
    revive()
  }
}

function reviveDevice(world: World, draw: Random, name: string): void {
  const { engine, counters, devices } = world
  const device = devices.find((candidate) => candidate.name === name)
  const revive = (): void => {
    if (device?.process() === null && draw.chance(0.35)) {
      const reboot = draw.chance(0.4)
      if (reboot) counters.hit('device.reboot')
      device.start({ reboot })
      if (draw.chance(0.2)) {
        counters.hit('device.crash_in_recovery')
        device.process()?.crashAtStep(draw.int(1, 40))
      }
    }
    engine.after(draw.int(1_000, 7_000), 'supervisor', revive)
  }
  revive()
}

/** In the middle of the day the merchant thinks again about what may be stored. */
export function planLease(world: World, draw: Random, endMs: number): void {
  repeat(world, draw, endMs, draw.pick([0, 0, 1]), () => {
    world.counters.hit('lease.changed')
    const { terms } = world
    const allowed = draw.chance(0.5)
    const limits = tightTerms(draw)
    world.terms = (usual) => ({ ...limits(terms(usual)), allowed })
    world.engine.tell('the merchant changes the limits')
  })
}

export function planClocks(world: World, draw: Random, endMs: number): void {
  for (const { machine, name } of world.devices) {
    repeat(world, draw, endMs, draw.pick([0, 0, 1, 2]), () => {
      world.counters.hit('device.clock_jump')
      const jumpMs = draw.pick([-3_600_000, -60_000, 45_000, 7_200_000, -400 * 86_400_000, 40 * 86_400_000])
      machine.skewMs += jumpMs
      world.engine.tell(`${name} clock jumps ${jumpMs} ms`)
    })
  }
}

/** Limits that a few sales use up. */
export function tightTerms(draw: Random): (usual: LeaseTerms['offline']) => LeaseTerms['offline'] {
  const limits = {
    perPaymentMinor: { eur: draw.int(2_000, 9_000) },
    storedTotalMinor: { eur: draw.int(5_000, 20_000) },
    storedCount: draw.int(1, 5),
    acceptanceWindowMs: draw.int(60_000, 600_000),
    acceptanceAnchor: draw.pick(['last_contact', 'first_payment'] as const),
    // Half of them end within an ordinary outage.
    uploadWindowMs: draw.chance(0.5) ? draw.int(5_000, 30_000) : draw.int(60_000, 900_000),
    uploadAnchor: draw.pick(['last_contact', 'first_payment'] as const),
    lateUpload: draw.pick(['present', 'expire'] as const),
  }
  const overAll = {
    deviceTotals: { storedTotalMinor: { eur: draw.int(5_000, 30_000) }, storedCount: draw.int(1, 8) },
    perCard: draw.chance(0.5)
      ? { windowMs: 300_000, count: draw.int(1, 3), sumMinor: { eur: draw.int(2_000, 15_000) } }
      : null,
  }
  return (usual) => {
    const kinds = Object.entries(usual.kinds).map(([kind, terms]) => [kind, { ...terms, ...limits }] as const)
    return { ...usual, ...overAll, kinds: Object.fromEntries(kinds) }
  }
}

/** The merchant also takes what a card approves by itself, as a kind of its own beside what is deferred. */
export function cardApproving(usual: LeaseTerms['offline']): LeaseTerms['offline'] {
  const { deferred } = usual.kinds
  return deferred === undefined ? usual : { ...usual, kinds: { ...usual.kinds, card_approved: deferred } }
}

/** So many times at moments of the day. */
export function repeat(
  { engine }: Pick<World, 'engine'>,
  draw: Random,
  endMs: number,
  times: number,
  run: () => void,
): void {
  for (let n = 0; n < times; n += 1)
    engine.after(draw.int(0, Math.max(1, endMs - engine.nowMs())), 'plan', () => {
      if (engine.nowMs() < endMs) run()
    })
}
