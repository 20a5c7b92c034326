import { must, type SigningKey } from '@holdfast/core'
import { type CounterStore, createSimulatedReader, type SimulatedReader } from '@holdfast/reader'
import { createTerminal, type JournalChange, MediumFull, type Network, type Terminal } from '@holdfast/sdk'
import {
  type CryptoSuite,
  type Engine,
  type FaultCounters,
  type MachineTime,
  machineTime,
  type Random,
  type ServerDialogue,
  simulatedClock,
  simulatedDisk,
  type SimulatedLink,
  simulatedLink,
  type SimulatedProcess,
  simulatedProcess,
  type SimulatedRequest,
} from '@holdfast/testing'
import type { DeviceDisk } from './device-disk.ts'
import type { MutantPorts } from './mutant-ports.ts'

/** A till: a machine with a disk, a clock, a key and a reader; the program on it comes and goes. */
export interface SimDevice {
  readonly name: string
  readonly machine: MachineTime
  readonly disk: DeviceDisk
  readonly link: SimulatedLink
  readonly key: SigningKey
  /** The program that runs now, once its journal is open; null while there is none. */
  running(): RunningTill | null
  process(): SimulatedProcess | null
  /** Another reader stands beside the till; it is taken up between two sales. */
  changeReader(readerId: string): void
  /** The machine does not start any more, until it is repaired. */
  breakDown(): void
  repair(): void
  isBroken(): boolean
  /** Starts the program; `reboot` starts the machine too. */
  start(options?: { readonly reboot?: boolean }): void
}

export interface RunningTill {
  readonly process: SimulatedProcess
  readonly terminal: Terminal
  readonly reader: SimulatedReader
  /** Between two sales: another reader may have been put in the place of this one. */
  lookAtReader(): void
}

export interface SimDeviceOptions {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly name: string
  readonly suite: CryptoSuite
  readonly fingerprintKey: Uint8Array
  readonly server: (request: SimulatedRequest) => ServerDialogue | null
  readonly ports: MutantPorts
  /** Sees each request as it leaves the program. */
  readonly onSend: (request: SimulatedRequest, disk: DeviceDisk) => void
  readonly onCommit: (change: JournalChange) => void
  readonly onWire: (text: string) => void
  readonly onReady: (till: RunningTill) => void
  /** Another tab of the same browser: one disk, one key, one machine. */
  readonly tabOf?: SimDevice
  /** Another machine with a copy of this one's disk and key. */
  readonly cloneOf?: SimDevice
  readonly onError: (text: string) => void
}

export function simDevice(options: SimDeviceOptions): SimDevice {
  const { engine, random, counters, name, suite } = options
  const { tabOf } = options
  const key = (tabOf ?? options.cloneOf)?.key ?? suite.signingKey(random.fork('key').bytes(32))
  const machine = tabOf?.machine ?? machineTime(`${name}-boot-1`)
  const disk: DeviceDisk =
    tabOf?.disk ??
    simulatedDisk({
      ...options,
      random: random.fork('disk'),
      name: `${name} disk`,
      fullError: () => new MediumFull(),
    })
  if (options.cloneOf !== undefined) disk.restore(options.cloneOf.disk.snapshot())
  const link = simulatedLink({ ...options, random: random.fork('link'), name: `${name} link` })
  const cardCounters = durableCounters()
  // A till in sight asks often, and under many faults is soon and long offline; out of sight it still believes in them.
  const inForeground = random.fork('in sight').chance(0.3)
  let current: { readonly process: SimulatedProcess; till: RunningTill | null } | null = null
  let starts = 0
  let broken = false
  /** Null while it is the one that was enrolled. */
  let readerId: string | null = null

  function watched(port: Network): Network {
    return {
      request(request) {
        options.onSend(request, disk)
        return port.request(request)
      },
    }
  }

  async function open(process: SimulatedProcess): Promise<void> {
    const crypto = suite.crypto(random.fork(`crypto/${starts}`))
    const terminal = await createTerminal({
      store: options.ports.journalStore(disk.open(process), disk),
      crypto,
      key,
      clock: simulatedClock(engine, process, machine),
      network: options.ports.network(watched(link.port(process)), disk),
      hints: { inForeground: () => inForeground, watch: () => () => {} },
      app: 'simulated till',
      storeName: 'simulated disk',
      onListenerError: (error) => options.onError(`${name}: a listener threw ${String(error)}`),
    })
    const { fingerprintKey } = options
    const readerCalled = (id: string): SimulatedReader =>
      createSimulatedReader({
        readerId: id,
        serialNumber: id === readerId ? id : `${tabOf?.name ?? name}-reader`,
        crypto,
        fingerprintKey,
        counters: cardCounters,
      })
    if (terminal.deviceId === null) {
      terminal.useReader(readerCalled('rdr_000000000000000000000000'))
      const enrolled = await terminal.enrol({ code: 'SIMULATED', name })
      if (enrolled.status === 'refused') throw new Error(`cannot enrol: ${enrolled.code}`)
    }
    const enrolledId = must(terminal.settings(), 'an enrolled till has settings').readerId
    let reader = readerCalled(readerId ?? enrolledId)
    terminal.useReader(reader)
    if (!process.isAlive() || current?.process !== process) return
    current.till = {
      process,
      terminal,
      get reader() {
        return reader
      },
      lookAtReader() {
        if (readerId === null || reader.info.readerId === readerId) return
        reader = readerCalled(readerId)
        terminal.useReader(reader)
      },
    }
    options.onReady(current.till)
  }

  return {
    name,
    machine,
    disk,
    link,
    key,
    running: () => current?.till ?? null,
    process: () => current?.process ?? null,
    breakDown() {
      broken = true
      current?.process.kill('the machine breaks down')
    },
    repair() {
      broken = false
    },
    isBroken: () => broken,
    changeReader(next) {
      readerId = next
    },
    start({ reboot = false } = {}) {
      if (current !== null || broken) return
      starts += 1
      if (reboot && tabOf === undefined) {
        machine.bootId = `${name}-boot-${starts}`
        machine.bootedAtMs = engine.nowMs()
      }
      const process = simulatedProcess(engine, `${name}.${starts}`)
      current = { process, till: null }
      process.onKill(() => {
        current = null
        counters.hit('device.killed')
      })
      engine.tell(`${process.name} starts`)
      open(process).catch((error: unknown) => {
        // A disk that fails at the start: the operator starts the program again.
        engine.tell(`${process.name} cannot start: ${String(error)}`)
        process.kill('cannot start')
      })
    },
  }
}

/** The chip's counters are on the card and in the reader: no crash of a till sets them back. */
function durableCounters(): CounterStore {
  let kept: Record<string, number> = {}
  return {
    load: () => kept,
    save(counters) {
      kept = counters
    },
  }
}
