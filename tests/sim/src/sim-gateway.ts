import {
  type CryptoSuite,
  type Engine,
  type FaultCounters,
  machineTime,
  type Random,
  type ServerAnswer,
  type ServerDialogue,
  simulatedClock,
  type SimulatedProcess,
  simulatedProcess,
  type SimulatedRequest,
} from '@holdfast/testing'
import {
  type AcquirerProfile,
  createAuthoriser,
  createChangeNotifier,
  createDeviceApi,
  createIso8583Acquirer,
  type DeviceRow,
  type GatewayChange,
  type GatewayWorld,
  type LeaseTerms,
  type MemoryGatewayState,
} from '@holdfast/gateway'
import type { Enrolments } from './enrolments.ts'
import type { KeyRing } from './key-ring.ts'
import type { MutantPorts } from './mutant-ports.ts'
import type { LinkWatch } from './watch-link.ts'
import { type DatabaseFaults, NO_DATABASE_FAULTS, simGatewayStore } from './sim-gateway-store.ts'
import type { SimAcquirer } from './sim-acquirer.ts'

export interface SimGateway {
  readonly name: string
  /** Null while it is down. */
  process(): SimulatedProcess | null
  start(): void
  setDatabaseFaults(faults: DatabaseFaults): void
  serve(request: SimulatedRequest): ServerDialogue | null
  /** What an operator's command works on; null while it is not running. */
  world(): GatewayWorld | null
}

export interface SimGatewayOptions {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly name: string
  readonly suite: CryptoSuite
  readonly keys: KeyRing
  readonly state: MemoryGatewayState
  readonly profile: AcquirerProfile
  readonly acquirer: SimAcquirer
  readonly skewMs: number
  /** Whether what is committed survives the loss of the database's disk, and the gateway says so. */
  readonly durable: 'none' | 'commit'
  readonly leaseTerms: (device: DeviceRow) => LeaseTerms
  readonly enrolments: Enrolments
  readonly ports: MutantPorts
  readonly linkWatch: LinkWatch
  readonly onCommit: (change: GatewayChange) => void
  readonly onError: (text: string) => void
}

type Running = {
  readonly process: SimulatedProcess
  readonly world: GatewayWorld
  readonly api: ReturnType<typeof createDeviceApi>
}

/** One gateway process: the real device API, intake, authoriser and acquirer link on simulated ports. */
export function simGateway(options: SimGatewayOptions): SimGateway {
  const { engine, random, counters, name } = options
  const machine = machineTime(`${name}-boot`, { skewMs: options.skewMs })
  let running: Running | null = null
  let faults = NO_DATABASE_FAULTS
  let starts = 0

  function start(): void {
    if (running !== null) return
    starts += 1
    const process = simulatedProcess(engine, `${name}.${starts}`)
    const clock = simulatedClock(engine, process, machine)
    const log = {
      info: (fields: object, message: string) =>
        engine.tell(`${process.name}: ${message} ${JSON.stringify(fields)}`),
      error: (fields: object, message: string) =>
        options.onError(`${process.name}: ${message} ${JSON.stringify(fields)}`),
    }
    const world: GatewayWorld = {
      store: options.linkWatch.store(
        options.ports.gatewayStore(
          simGatewayStore({ ...options, process, faults: () => faults }),
          options.state,
        ),
        process.name,
      ),
      clock,
      crypto: options.ports
        .gatewaySuite(options.suite, options.state)
        .crypto(random.fork(`crypto/${starts}`)),
      keys: options.keys.current(),
      profile: options.profile,
      durable: options.durable,
      log,
      changes: createChangeNotifier(clock),
    }
    const linkRandom = random.fork(`link/${starts}`)
    const acquirer = createIso8583Acquirer({
      dialer: options.linkWatch.dialer(options.acquirer.wire.dialer(process), process.name),
      clock,
      random: () => linkRandom.next(),
      profile: options.profile,
      mac: options.acquirer.gatewayMac,
      log,
    })
    const authoriser = createAuthoriser(world, options.ports.acquirer(acquirer))
    const api = createDeviceApi(world, acquirer, (device) => Promise.resolve(options.leaseTerms(device)))
    acquirer.start()
    authoriser.start()
    running = { process, world, api }
    process.onKill(() => {
      running = null
      counters.hit('gateway.killed')
    })
    engine.tell(`${process.name} starts`)
  }

  return {
    name,
    process: () => running?.process ?? null,
    world: () => running?.world ?? null,
    start,
    setDatabaseFaults(next) {
      faults = next
    },
    serve(request) {
      if (running === null) return null
      const { process } = running
      const current = running
      let stopWatching = (): void => {}
      const answer = new Promise<ServerAnswer>((resolve) => {
        process.deliver(() => {
          void answerOf(current, request, options).then((served) => {
            stopWatching()
            return process.step('http answer') ? process.deliver(() => resolve(served)) : undefined
          })
        })
      })
      const onGone = (gone: () => void): void => {
        stopWatching = process.onKill(gone)
      }
      return { answer, onGone }
    },
  }
}

async function answerOf(
  { world, api }: Running,
  request: SimulatedRequest,
  { enrolments, onError, leaseTerms }: SimGatewayOptions,
): Promise<ServerAnswer> {
  try {
    const { status, body } = request.path.startsWith('/device/v1/enrolments')
      ? await enrolments.answer(world, request.body ?? '', leaseTerms)
      : await api({ ...request, body: request.body ?? '' })
    return { status, body: JSON.stringify(body), retryAfterMs: null }
  } catch (error) {
    onError(`request failed: ${String(error)}`)
    return { status: 500, body: '{"error":{"code":"internal_error"}}', retryAfterMs: null }
  }
}
