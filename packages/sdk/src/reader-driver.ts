import type { Reader, ReaderInfo } from '@holdfast/protocol'
import type { OfflineStatusDetails } from './terminal-events.ts'

/** How one family of readers is found and reached (USB, Bluetooth, the shop's network, a simulation). */
export interface ReaderDriver {
  readonly name: string
  /** The readers in reach now. May reject: the other drivers' readers are found all the same. */
  discover(): Promise<readonly ReachableReader[]>
}

export interface ReachableReader {
  readonly info: ReaderInfo
  /** Last update of the reader's own software, Unix milliseconds; null when it comes with the program. */
  readonly softwareUpdatedMs: number | null
  /** Rejects when the reader does not answer. */
  connect(options: ConnectOptions): Promise<ReaderConnection>
}

export interface ConnectOptions {
  /** The gateway's id of this reader, which seals name; null while the gateway does not know it. */
  readonly readerId: string | null
  /** To be called once when the link breaks later. */
  readonly onLost: () => void
}

export interface ReaderConnection {
  readonly reader: Reader
  disconnect(): Promise<void>
  /** Of a reader with a network and a queue of its own; absent otherwise. */
  offlineStatus?(): OfflineStatusDetails | null
}
