import type { ErrorCode, ReaderInfo } from '@holdfast/protocol'

export interface DiscoveredReader {
  readonly info: ReaderInfo
  readonly softwareUpdatedMs: number | null
  /** Why it could not be connected while offline; null when it could. */
  readonly offlineRefusal: ErrorCode | null
}

/** A reader that the lease names. */
export interface AvailableReader {
  readonly readerId: string
  readonly model: string
  readonly offlineCapable: boolean
  readonly lastOnlineMs: number
  /** Whether the last discovery found it. */
  readonly inReach: boolean
}
