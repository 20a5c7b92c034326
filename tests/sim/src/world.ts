import {
  createEngine,
  createFaultCounters,
  createRandom,
  type CryptoSuite,
  type Engine,
  fastCryptoSuite,
  type FaultCounters,
  type Random,
  type ServerDialogue,
  type SimulatedRequest,
  trueMs,
} from '@holdfast/testing'
import { bytesHoldCardNumber, holdsCardNumber } from './card-scan.ts'
import { createEnrolments, type Enrolments } from './enrolments.ts'
import { createForger } from './forger.ts'
import {
  type AcquirerProfile,
  defaultAcquirerProfile,
  defaultOfflineTerms,
  type DeviceRow,
  LEASE_VALID_FOR_MS,
  type LeaseTerms,
  type MemoryGatewayState,
  newMemoryGatewayState,
} from '@holdfast/gateway'
import { type MutantPorts, mutantPorts } from './mutant-ports.ts'
import type { Mutant } from './mutants.ts'
import { createPlans, type DayCut, NO_CUT, type Plans } from './day-cut.ts'
import type { Damage } from './damage.ts'
import type { StoredPayment } from '@holdfast/sdk'
import { createShop, type Shop } from './shop.ts'
import { type SimAcquirer, simAcquirer } from './sim-acquirer.ts'
import type { DeviceDisk } from './device-disk.ts'
import { type RunningTill, type SimDevice, simDevice } from './sim-device.ts'
import { createKeyRing, type KeyRing } from './key-ring.ts'
import { type SimGateway, simGateway } from './sim-gateway.ts'
import { createWatch, type Watch } from './watch.ts'
import { type DeviceWatch, watchDevice } from './watch-device.ts'
import { retryRule } from '@holdfast/iso8583'
import { watchDue } from './watch-due.ts'
import { watchGateway } from './watch-gateway.ts'
import { watchLink } from './watch-link.ts'
import { type StormWatch, watchStorm } from './watch-storm.ts'
import { watchSending } from './watch-sending.ts'

/** Everything of one seed: tills, gateway processes on one database, an acquirer, and the people's memory. */
export interface World {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly watch: Watch
  readonly shop: Shop
  readonly devices: readonly SimDevice[]
  readonly gateways: readonly SimGateway[]
  readonly acquirer: SimAcquirer
  readonly database: MemoryGatewayState
  readonly keys: KeyRing
  readonly enrolments: Enrolments
  readonly damages: Damage[]
  readonly plans: Plans
  /** Payments that their tills have deleted since, as they were then. */
  readonly pruned: ReadonlyMap<string, StoredPayment>
  /** Errors that a gateway logged; injected faults cause some. */
  readonly errors: string[]
  readonly storms: readonly StormWatch[]
  /** After a restore: what the watches know is set back too. */
  readonly rewind: { gateway(): void; device(device: SimDevice): void }
  /** Another machine with a copy of this till's disk and key; it is not started yet. */
  addClone(original: SimDevice): SimDevice
  /** What the merchant has decided, from what holds where nothing was decided. */
  terms: (usual: LeaseTerms['offline']) => LeaseTerms['offline']
  /** Probability that somebody on the way answers a request in the gateway's name. */
  forgeries: number
  /** Called for each program of a till as it becomes ready. */
  onTillReady: (device: SimDevice, till: RunningTill) => void
}

export interface WorldOptions {
  readonly seed: string
  readonly devices: number
  readonly gateways: number
  /** The first till is open in a second tab. */
  readonly secondTab?: boolean
  readonly profile?: Partial<AcquirerProfile>
  readonly durable?: 'none' | 'commit'
  /** What the merchant has decided, from what holds where nothing was decided. */
  readonly terms?: (usual: LeaseTerms['offline']) => LeaseTerms['offline']
  readonly suite?: CryptoSuite
  readonly keepStory?: boolean
  readonly cut?: DayCut
  readonly mutant?: Mutant
  /** Put around the ports that the programs are given. */
  readonly ports?: Partial<MutantPorts>
}

export function createWorld(options: WorldOptions): World {
  const { seed, suite = fastCryptoSuite, keepStory = false, mutant } = options
  const engine = createEngine({ keepStory })
  const random = createRandom(seed)
  const counters = createFaultCounters()
  const watch = createWatch(engine)
  const database = newMemoryGatewayState()
  const errors: string[] = []
  const place = { account: 'acct_000000000000000000000001', location: 'loc_000000000000000000000001' }
  const enrolments = createEnrolments(database, random.fork('enrolments'), place)
  const profile: AcquirerProfile = { ...defaultAcquirerProfile, ...options.profile }
  const acquirer: SimAcquirer = simAcquirer({
    engine,
    random: random.fork('acquirer'),
    counters,
    contract: profile.host,
    knowsRrn: profile.hostKnowsRrn,
    onBytes(bytes) {
      if (bytesHoldCardNumber(bytes)) acquirer.bytesSeen.withCard += 1
    },
  })

  function onError(text: string): void {
    engine.tell(text)
    errors.push(text)
    if (/Assertion failed|TypeError|RangeError|ReferenceError|Unreachable/.test(text))
      watch.breach('no program meets a state that it holds impossible', text)
  }

  function leaseTerms(device: DeviceRow): LeaseTerms {
    const enrolled = enrolments.readers.get(device.deviceId) ?? []
    const lastOnlineMs = trueMs(engine)
    const readers = enrolled.map((reader) => ({ ...reader, model: 'simulated', lastOnlineMs }))
    return { ...TERMS, offline: world.terms(defaultOfflineTerms), readers }
  }

  const isFinal = (code: string): boolean => retryRule(profile.host.retry, code).kind !== 'again'
  const gatewayWatch = watchGateway(watch, engine, isFinal)
  const devices: SimDevice[] = []
  const damages: Damage[] = []
  const dueWatch = watchDue(watch, {
    engine,
    database,
    devices,
    holdMs: profile.holdMs,
    isDamaged: (id) => damages.some(({ paymentId }) => paymentId === id),
  })
  const linkWatch = watchLink(watch, { engine, counters, typeOf: (message) => acquirer.typeOf(message) })
  const keys = createKeyRing(suite, random.fork('gateway key').bytes(32))
  const forger = createForger(
    suite.crypto(random.fork('forger')),
    suite.signingKey(random.fork('forger key').bytes(32)),
    keys.current().signing.keyId,
  )
  const ports = { ...mutantPorts(mutant, forger), ...options.ports }
  const gateways = Array.from({ length: options.gateways }, (_, at) =>
    simGateway({
      engine,
      random: random.fork(`gateway ${at}`),
      counters,
      name: `gateway-${at + 1}`,
      suite,
      keys,
      state: database,
      profile,
      acquirer,
      durable: options.durable ?? 'none',
      skewMs: at === 0 ? 0 : random.int(-300, 300),
      leaseTerms,
      enrolments,
      ports,
      linkWatch,
      onCommit(change) {
        const { records = [] } = change
        const parked = records.filter(({ parkedCode }) => parkedCode !== null).length
        counters.sometimes('state.batch_partly_parked', parked > 0 && parked < records.length)
        gatewayWatch.onCommit(change)
        dueWatch.onCommit(change)
      },
      onError,
    }),
  )

  const balancer = random.fork('balancer')
  counters.announce('net.forged')
  function server(request: SimulatedRequest): ServerDialogue | null {
    if (request.method === 'POST' && world.forgeries > 0 && balancer.chance(world.forgeries)) {
      counters.hit('net.forged')
      const forged = forger(request).then((answer) => answer ?? { status: 404, body: '', retryAfterMs: null })
      return { answer: forged, onGone: () => {} }
    }
    const up = gateways.filter((gateway) => gateway.process() !== null)
    return up.length === 0 ? null : balancer.pick(up).serve(request)
  }

  /** Whether anything that this till sends now can be answered. */
  function isHeard({ link }: SimDevice): boolean {
    const carries = link.state() === 'up' || link.state() === 'slow'
    return carries && gateways.some((gateway) => gateway.process() !== null)
  }

  const pruned = new Map<string, StoredPayment>()
  const storms: StormWatch[] = []
  const deviceWatches = new Map<DeviceDisk, DeviceWatch>()
  function addDevice(
    name: string,
    like: { readonly tabOf?: SimDevice; readonly cloneOf?: SimDevice } = {},
  ): SimDevice {
    const { tabOf, cloneOf } = like
    const deviceWatch = watchDevice(watch, engine, {
      name,
      isHeld: (record) => database.records.has(record),
      onPrune: (payment) => pruned.set(payment.paymentId, payment),
    })
    const watchSent = watchSending(watch, name)
    const storm = watchStorm(watch, { engine, counters, name })
    storms.push(storm)
    const device: SimDevice = simDevice({
      engine,
      random: random.fork(name),
      counters,
      name,
      suite: ports.tillSuite(suite),
      ports,
      onSend(request, disk) {
        watchSent(request, disk)
        storm.onSend(isHeard(device))
      },
      fingerprintKey: new Uint8Array(32).fill(3),
      server,
      onCommit: (change) => deviceWatch.onCommit(change),
      onWire(text) {
        if (holdsCardNumber(text)) watch.breach('no card number on the wire', name)
      },
      onReady: (till) => world.onTillReady(device, till),
      onError,
      ...like,
    })
    devices.push(device)
    if (tabOf === undefined) deviceWatches.set(device.disk, deviceWatch)
    if (cloneOf !== undefined) deviceWatch.rewind(device.disk.image())
    return device
  }
  for (let at = 1; at <= options.devices; at += 1) addDevice(`till-${at}`)
  if (options.secondTab === true)
    addDevice('till-1-tab', devices[0] === undefined ? {} : { tabOf: devices[0] })

  if (mutant === 'host_forgets_repeats') acquirer.forgetRepeats()
  const world: World = {
    engine,
    random,
    counters,
    watch,
    shop: createShop(),
    devices,
    gateways,
    acquirer,
    database,
    keys,
    enrolments,
    damages,
    plans: createPlans(options.cut ?? NO_CUT),
    pruned,
    errors,
    storms,
    rewind: {
      gateway() {
        gatewayWatch.rewind(database)
        dueWatch.rewind()
      },
      device: ({ disk }) => deviceWatches.get(disk)?.rewind(disk.image()),
    },
    addClone: (original) => addDevice(`${original.name}-clone`, { cloneOf: original }),
    terms: options.terms ?? ((usual) => usual),
    forgeries: 0,
    onTillReady: () => {},
  }
  return world
}

const ENROLMENT_MS = 60_000

/** Starts everything and enrols the tills; no fault is on yet. */
export async function openWorld(world: World): Promise<void> {
  for (const gateway of world.gateways) gateway.start()
  for (const device of world.devices) device.start()
  const done = await world.engine.run(ENROLMENT_MS, () =>
    world.devices.every((device) => device.running() !== null),
  )
  if (!done) throw new Error('the tills could not be enrolled')
}

const TERMS: Omit<LeaseTerms, 'readers' | 'offline'> = {
  accountName: 'Simulated shop',
  locationName: 'Simulated street',
  validForMs: LEASE_VALID_FOR_MS,
  currencies: ['eur', 'gbp'],
  tipping: null,
  offered: null,
  liability: { acceptedBy: 'Simulated owner', acceptedMs: 0, textVersion: '1' },
}
