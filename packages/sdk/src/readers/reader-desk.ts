import type { Reader, ReaderInfo } from '@holdfast/protocol'
import { type Device, readerIdOf } from '../device.ts'
import type { JournalState } from '../journal/journal-step.ts'
import type { AvailableReader, DiscoveredReader } from './found-reader.ts'
import type { Refused } from '../refused.ts'
import type { OfflineStatusDetails } from '../terminal-events.ts'
import { allKnownReaders, keepKnownReader, KNOWN_READERS, parseKnownReaders } from './known-readers.ts'
import { refuseOfflineConnection } from './offline-connection.ts'
import type { ReachableReader, ReaderConnection, ReaderDriver } from '../reader-driver.ts'

export interface ReaderDeskDeps {
  readonly drivers: readonly ReaderDriver[]
  /** Null before enrolment. */
  readonly device: () => Device | null
  /** True while a sale waits for its card or still holds one. */
  readonly isInUse: () => boolean
  readonly onChange: (info: ReaderInfo | null) => void
}

/** The readers in reach and the one that is connected. One at a time: connecting another one lets the first go. */
export class ReaderDesk {
  readonly #deps: ReaderDeskDeps
  #reachable: readonly ReachableReader[] = []
  #connection: ReaderConnection | null = null
  #builtIn: Reader | null = null

  constructor(deps: ReaderDeskDeps) {
    this.#deps = deps
  }

  get reader(): Reader | null {
    return this.#connection?.reader ?? null
  }

  offlineStatus(): OfflineStatusDetails | null {
    return this.#connection?.offlineStatus?.() ?? null
  }

  /** A reader that is part of the program: nothing has to be found or paired. */
  use(reader: Reader): void {
    this.#builtIn = reader
    this.#adopt({ reader, disconnect: () => Promise.resolve() })
  }

  /** Asks every driver. `offlineRefusal`: why it could not be connected if the network went away now. */
  async discover(): Promise<DiscoveredReader[]> {
    const found = await Promise.all(this.#deps.drivers.map((driver) => driver.discover().catch(() => [])))
    this.#reachable = found.flat()
    const refusals = await Promise.all(this.#reachable.map((reachable) => this.#refusal(reachable)))
    return this.#reachable.map(({ info, softwareUpdatedMs }, at) => {
      return { info, softwareUpdatedMs, offlineRefusal: refusals[at] ?? null }
    })
  }

  /** The readers of the lease, and whether the last discovery found them. */
  available(): AvailableReader[] {
    const state = this.#deps.device()?.journal.state
    if (state === undefined) return []
    const inReach = new Set(this.#reachable.map(({ info }) => readerIdOf(state, info)))
    return state.lease.readers.map(({ reader, model, offlineCapable, lastOnlineMs }) => {
      return { readerId: reader, model, offlineCapable, lastOnlineMs, inReach: inReach.has(reader) }
    })
  }

  async connect(serialNumber: string): Promise<{ status: 'connected'; reader: ReaderInfo } | Refused> {
    if (this.#deps.isInUse()) return { status: 'refused', code: 'reader_busy' }
    const reachable = this.#reachable.find(({ info }) => info.serialNumber === serialNumber)
    if (reachable === undefined) return { status: 'refused', code: 'reader_not_found' }
    const device = this.#deps.device()
    const online = device === null || (await isOnline(device))
    const code = online ? null : await this.#refusal(reachable)
    if (code !== null) return { status: 'refused', code }
    let lost = false
    const connecting: { connection: ReaderConnection | null } = { connection: null }
    const onLost = () => {
      lost = true
      if (connecting.connection !== null && this.#connection === connecting.connection) this.#adopt(null)
    }
    const readerId = device === null ? null : knownIdOf(device.journal.state, reachable.info)
    const connection = await reachable.connect({ readerId, onLost }).catch(() => null)
    if (connection === null || lost) return { status: 'refused', code: 'reader_connect_failed' }
    connecting.connection = connection
    if (this.#deps.isInUse()) {
      await connection.disconnect().catch(() => null)
      return { status: 'refused', code: 'reader_busy' }
    }
    const former = this.#connection
    this.#adopt(connection)
    await former?.disconnect().catch(() => null)
    if (online) await this.keepConnected()
    return { status: 'connected', reader: connection.reader.info }
  }

  /** The gateway has just given the connected reader its id: it is connected again under that name. */
  async renew(): Promise<void> {
    const former = this.#connection
    if (former === null || former.reader === this.#builtIn) return
    await former.disconnect().catch(() => null)
    await this.connect(former.reader.info.serialNumber)
  }

  async disconnect(): Promise<{ status: 'disconnected' } | Refused> {
    if (this.#deps.isInUse()) return { status: 'refused', code: 'reader_busy' }
    const former = this.#connection
    if (former === null) return { status: 'refused', code: 'reader_not_connected' }
    this.#adopt(null)
    // A reader that does not hear it is let go all the same.
    await former.disconnect().catch(() => null)
    return { status: 'disconnected' }
  }

  /** The gateway answers while this reader is connected: remembered, for an outage. A full disk only forgets it. */
  async keepConnected(): Promise<void> {
    const device = this.#deps.device()
    const { reader } = this
    if (device !== null && reader !== null && reader !== this.#builtIn)
      await device.journal.append(keepKnownReader(reader.info))
  }

  #adopt(connection: ReaderConnection | null): void {
    this.#connection = connection
    this.#deps.onChange(connection?.reader.info ?? null)
  }

  async #refusal({ info, softwareUpdatedMs }: ReachableReader) {
    const device = this.#deps.device()
    if (device === null) return null
    const { state } = device.journal
    const kept = parseKnownReaders(await device.deps.store.value(KNOWN_READERS).catch(() => null))
    const { location } = state.lease
    const known = allKnownReaders(state, kept)
    const readerId = readerIdOf(state, info)
    return refuseOfflineConnection({
      info,
      readerId,
      softwareUpdatedMs,
      location,
      known,
      listed: state.lease.readers.some(({ reader }) => reader === readerId),
      nowMs: state.time.nowMs,
    })
  }
}

function knownIdOf(state: JournalState, info: ReaderInfo): string | null {
  const { reader } = state.enrolment
  return info.serialNumber === reader.serialNumber ? reader.id : null
}

/** By evidence: at a cold start the gateway is asked once, since nothing is known yet. */
async function isOnline({ gateway, detector }: Device): Promise<boolean> {
  if (gateway.silent) return false
  if (detector.status !== 'unknown') return detector.status === 'online'
  return (await gateway.ping()).heard
}
