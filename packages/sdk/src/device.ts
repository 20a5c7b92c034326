import type { Clock, Crypto, IdSource, SigningKey } from '@holdfast/core'
import type { ReaderInfo } from '@holdfast/protocol'
import type { GatewayClient } from './gateway/gateway-client.ts'
import type { OutageDetector } from './gateway/outage-detector.ts'
import type { Journal } from './journal/journal.ts'
import type { JournalState } from './journal/journal-step.ts'
import type { JournalStore } from './journal/journal-store.ts'
import type { Network } from './network.ts'
import type { TerminalEvent } from './terminal-api.ts'

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
  /** True when some target that has nothing to do with the gateway answers; tells the two kinds of outage apart (SQ1). */
  readonly reachability?: (timeoutMs: number) => Promise<boolean>
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

/**
 * May this reader take a sale that is stored? The lease lists the readers that were seen online; a reader that was
 * swapped in during an outage is not among them (MP3).
 */
export function isOfflineCapable(state: JournalState, info: ReaderInfo): boolean {
  const readerId = readerIdOf(state, info)
  const listed = state.lease.readers.find(({ reader }) => reader === readerId)
  return info.offlineCapable && listed?.offlineCapable === true
}
