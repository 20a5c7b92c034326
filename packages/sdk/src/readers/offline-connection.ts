import { READER_UNSEEN_MAX_MS } from '@holdfast/core'
import type { ErrorCode, ReaderInfo } from '@holdfast/protocol'
import { READER_SOFTWARE_AGE_MAX_MS } from '../limits.ts'
import type { KnownReader } from './known-readers.ts'

/**
 * May this reader be connected while the gateway cannot be reached? Null when it may. Order is precedence; each refusal
 * names its remedy in the error table (TM2, MP3, SQ10).
 */
export function refuseOfflineConnection(wanted: {
  readonly info: ReaderInfo
  /** The gateway's id of it. */
  readonly readerId: string
  readonly softwareUpdatedMs: number | null
  readonly location: string
  readonly known: readonly KnownReader[]
  /** True when the lease names it. */
  readonly listed: boolean
  readonly nowMs: number
}): ErrorCode | null {
  const { info, readerId, softwareUpdatedMs, location, known, nowMs } = wanted
  if (!info.offlineCapable) return 'reader_offline_not_capable'
  const recent = known.filter(({ lastOnlineMs }) => nowMs - lastOnlineMs <= READER_UNSEEN_MAX_MS)
  const sameType = recent.filter(({ model }) => model === info.model)
  if (sameType.length === 0) return 'reader_type_not_seen_online'
  if (!sameType.some((seen) => seen.location === location)) return 'reader_location_not_seen_online'
  if (!known.some((seen) => seen.readerId === readerId)) return 'reader_new_offline'
  // It could be connected, and every sale with it would be refused when its card is read.
  if (!wanted.listed) return 'reader_not_in_lease'
  if (softwareUpdatedMs !== null && nowMs - softwareUpdatedMs > READER_SOFTWARE_AGE_MAX_MS)
    return 'reader_software_outdated'
  return null
}
