import type { ListedReader } from './offline-terms.ts'

export type ReaderRefusal =
  | 'reader_new_offline'
  | 'reader_offline_not_capable'
  | 'reader_location_not_seen_online'
  | 'reader_type_not_seen_online'

/** A reader that has not been online for so long takes nothing offline (MP3). */
export const READER_UNSEEN_MAX_MS = 30 * 24 * 3_600_000

/**
 * May this reader take a sale that is stored? The lease lists the readers that were seen online, so one that was swapped
 * in during an outage is not among them. The same rule answers when a reader is connected and when a card is read.
 */
export function readerMayGoOffline(
  lease: { readonly location: string; readonly readers: readonly ListedReader[] },
  readerId: string,
  location: string,
  nowMs: number,
): ReaderRefusal | null {
  const listed = lease.readers.find(({ reader }) => reader === readerId)
  if (listed === undefined) return 'reader_new_offline'
  if (!listed.offlineCapable) return 'reader_offline_not_capable'
  if (location !== lease.location || listed.location !== location) return 'reader_location_not_seen_online'
  return nowMs - listed.lastOnlineMs > READER_UNSEEN_MAX_MS ? 'reader_type_not_seen_online' : null
}
