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
function rates({ plans }: World, draw: Random) {
  return (name: string, max: number): number => {
    const drawn = draw.chance(0.5) ? 0 : max * draw.next() ** 2
    return plans.isOn(name) ? drawn : 0
  }
}

export function setFaults(
  world: World,
  draw: Random,
  { mutant, circumstances }: { readonly mutant?: Mutant | undefined; readonly circumstances: Circumstances },
): void {
  const rate = rates(world, draw)
  for (const { disk, link } of world.devices) {
    const diskFaults: DiskFaults = {
      ...NO_DISK_FAULTS,
      readFails: rate('disk.readFails', 0.01),
      commitFails: rate('disk.commitFails', 0.05),
      commitFailsApplied: rate('disk.commitFailsApplied', 0.05),
      crashTorn: rate('disk.crashTorn', 0.02),
      crashAfterDurable: rate('disk.crashAfterDurable', 0.02),
      slow: circumstances === 'two_tabs_near_the_limit' ? 0.3 : rate('disk.slow', 0.05),
      lies: mutant === 'disk_lies' ? 0.5 : 0,
    }
    disk.setFaults(diskFaults)
    const netFaults: NetworkFaults = {
      ...NO_NETWORK_FAULTS,
      requestLost: rate('net.requestLost', 0.3),
      answerLost: rate('net.answerLost', 0.3),
      delayed: rate('net.delayed', 0.2),
      duplicated: rate('net.duplicated', 0.3),
      reset: rate('net.reset', 0.1),
      serverError: rate('net.serverError', 0.1),
      misled: rate('net.misled', 0.1),
      captive: rate('net.captive', 0.1),
      garbled: rate('net.garbled', 0.1),
      overloaded: rate('net.overloaded', 0.1),
    }
    link.setFaults(netFaults)
  }
  const wireFaults: WireFaults = {
    ...NO_WIRE_FAULTS,
    cutBefore: rate('wire.cutBefore', 0.1),
    cutAfter: rate('wire.cutAfter', 0.1),
    delayed: rate('wire.delayed', 0.2),
  }
  world.acquirer.wire.setFaults(wireFaults)
  const databaseFaults: DatabaseFaults = {
    ...NO_DATABASE_FAULTS,
    commitUnknown: rate('db.commitUnknown', 0.05),
    readFails: rate('db.readFails', 0.02),
    slow: rate('db.slow', 0.03),
    lies: mutant === 'database_lies' ? 0.5 : 0,
  }
  for (const gateway of world.gateways) gateway.setDatabaseFaults(databaseFaults)
  world.forgeries = rate('net.forged', 0.1)
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
  ['acquirer.part_approved', { responseCode: '10', approvedMinor: 1 }],
] as const

/** An even number: it ends up. */
const FLAPS = 40

export function planOutages(world: World, draw: Random, endMs: number): void {
  const { engine, counters, acquirer, devices } = world
  const links: LinkState[] = ['down', 'black_hole', 'captive', 'slow', 'answers_lost']
  repeat(world, draw, endMs, draw.pick([0, 1, 3]), (own) => {
    const hit = own.chance(0.5) ? devices : [own.pick(devices)]
    const state = own.pick(links)
    counters.hit('outage.internet')
    for (const { link } of hit) link.setState(state)
    engine.after(own.int(5_000, 240_000), 'the internet is back', () => {
      for (const { link } of hit) link.setState('up')
    })
  })
  repeat(world, draw, endMs, draw.pick([0, 0, 1]), (own) => {
    const { link } = own.pick(devices)
    counters.hit('outage.flapping')
    for (let second = 0; second < FLAPS; second += 1)
      engine.after(second * 1_000, 'the link flaps', () => link.setState(second % 2 === 0 ? 'down' : 'up'))
  })
  repeat(world, draw, endMs, draw.pick([0, 1, 2]), (own) => {
    counters.hit('outage.acquirer')
    acquirer.wire.setState(own.chance(0.6) ? 'down' : 'half_open')
    engine.after(own.int(5_000, 180_000), 'the acquirer is back', () => acquirer.wire.setState('up'))
  })
  repeat(world, draw, endMs, draw.pick([0, 1]), () => {
    counters.hit('acquirer.restarted')
    acquirer.restart()
  })
  repeat(world, draw, endMs, draw.pick([0, 2, 12]), (own) => {
    const [name, action] = own.pick(scriptFaults)
    counters.hit(name)
    acquirer.script.add({
      match: { next: 1, message: own.chance(0.8) ? 'authorisation' : 'reversal' },
      do: action,
    })
  })
  for (const { disk } of devices) {
    repeat(world, draw, endMs, draw.pick([0, 0, 1]), (own) => {
      disk.setFull(own.pick([true, 'reserve_in_use'] as const))
      engine.after(own.int(5_000, 120_000), 'space again', () => disk.setFull(false))
    })
  }
}

export function planDeaths(world: World, draw: Random, endMs: number): void {
  const { engine, counters, devices, gateways } = world
  for (const device of devices) {
    repeat(world, draw, endMs, draw.pick([0, 1, 3]), (own) => {
      const process = device.process()
      if (process === null) return
      if (own.chance(0.3)) {
        counters.hit('device.frozen')
        const { disk } = device
        const tabs = devices.filter((tab) => tab.disk === disk && tab.process() !== null)
        counters.sometimes('device.frozen_beside_a_tab', tabs.length > 1)
        process.freeze(own.int(500, 90_000))
      } else if (own.chance(0.5)) {
        counters.hit('device.crash_at_step')
        process.crashAtStep(process.steps() + own.int(1, 60))
      } else process.kill('kill -9')
    })
    reviveDevice(world, draw.fork(`supervisor of ${device.name}`), device.name)
  }
  for (const gateway of gateways) {
    repeat(world, draw, endMs, draw.pick([0, 1, 2]), (own) => {
      const process = gateway.process()
      if (process === null) return
      counters.hit('outage.service')
      if (own.chance(0.3)) {
        counters.hit('gateway.frozen')
        process.freeze(own.int(500, 30_000))
      } else if (own.chance(0.6)) {
        counters.hit('gateway.crash_at_step')
        process.crashAtStep(process.steps() + own.int(1, 80))
      } else process.kill('kill -9')
    })
    const own = draw.fork(`supervisor of ${gateway.name}`)
    const revive = (): void => {
      if (gateway.process() === null && own.chance(0.2)) gateway.start()
      engine.after(own.int(1_000, 7_000), 'supervisor', revive)
    }
    revive()
  }
}

const DAY_MS = 86_400_000

function reviveDevice(world: World, draw: Random, name: string): void {
  const { engine, counters, devices } = world
  const device = devices.find((candidate) => candidate.name === name)
  const revive = (): void => {
    if (device?.process() === null && draw.chance(0.35)) {
      const reboot = draw.chance(0.4)
      if (reboot) counters.hit('device.reboot')
      counters.sometimes('device.clock_wrong_at_boot', reboot && Math.abs(device.machine.skewMs) > DAY_MS)
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
  repeat(world, draw, endMs, draw.pick([0, 0, 1]), (own) => {
    world.counters.hit('lease.changed')
    const { terms } = world
    const allowed = own.chance(0.5)
    const limits = tightTerms(own)
    world.terms = (usual) => ({ ...limits(terms(usual)), allowed })
    world.engine.tell('the merchant changes the limits')
  })
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

/**
 * So many times at moments of the day. Each has draws of its own, so that one which is left out shifts no other.
 */
export function repeat(
  { engine, plans }: World,
  draw: Random,
  endMs: number,
  times: number,
  run: (own: Random) => void,
): void {
  for (let n = 0; n < times; n += 1) {
    const number = plans.next()
    const own = draw.fork(`event ${number}`)
    engine.after(draw.int(0, Math.max(1, endMs - engine.nowMs())), 'plan', () => {
      if (engine.nowMs() < endMs && plans.isKept(number)) run(own)
    })
  }
}
