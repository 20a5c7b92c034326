import type { Clock, Crypto, IdSource, SigningKey } from '@holdfast/core'
import type { ErrorCode, ReaderInfo } from '@holdfast/protocol'
import type { GatewayClient } from './gateway/gateway-client.ts'
import type { OutageDetector } from './gateway/outage-detector.ts'
import type { Journal } from './journal/journal.ts'
import type { JournalState } from './journal/journal-step.ts'
import type { JournalStore } from './journal/journal-store.ts'
import type { Network } from './network.ts'
import type { PlatformHints, ReachabilityTarget } from './platform-hints.ts'
import type { ReaderDriver } from './reader-driver.ts'
import type { TerminalEvent } from './terminal-events.ts'

/** What a terminal is made of; each platform brings its own. */
export interface TerminalDeps {
  readonly store: JournalStore
  readonly crypto: Crypto
  readonly key: SigningKey
  readonly clock: Clock
  readonly network: Network
  /** Program and version, for `epoch.started`. */
  readonly app: string
  /** Kind of store, for `epoch.started`. */
  readonly storeName: string
  /** Places that have nothing to do with the gateway; they tell the two kinds of outage apart (SQ1). */
  readonly reachability?: readonly ReachabilityTarget[]
  /** What the platform believes of the link, and whether the till is in sight. */
  readonly hints?: PlatformHints
  /** How readers are found; without one, `useReader` names the reader. */
  readonly readerDrivers?: readonly ReaderDriver[]
  /** Why what is stored here may be thrown away by the platform: nothing is taken offline then. */
  readonly storageRefusal?: ErrorCode
  /** Told of a listener that threw; a till's bug must not stop a payment. */
  readonly onListenerError?: (error: unknown) => void
}

/** An enrolled device at work: what the steps of a sale share. */
export interface Device {
  readonly deps: TerminalDeps
  readonly journal: Journal
  readonly gateway: GatewayClient
  readonly detector: OutageDetector
  readonly emit: (event: TerminalEvent) => void
}

/** What new ids of this device are made from. */
export function idSourceOf({ clock, crypto }: Pick<TerminalDeps, 'clock' | 'crypto'>): IdSource {
  return { wallMs: () => clock.wallMs(), randomBytes: (length) => crypto.randomBytes(length) }
}

/** The gateway's id of a reader: of the one that was enrolled with this device by its serial number, else its own. */
export function readerIdOf({ enrolment }: JournalState, info: ReaderInfo): string {
  return info.serialNumber === enrolment.reader.serialNumber ? enrolment.reader.id : info.readerId
}
