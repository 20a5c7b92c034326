import { type EntryMode, offeredModes, readerMayGoOffline } from '@holdfast/core'
import type { ReaderInfo } from '@holdfast/protocol'
import { type Device, readerIdOf } from '../device.ts'
import { termsOf } from '../journal/offline-rules.ts'

/**
 * How a card can be presented now, to be asked before paying (MP7): what both the reader can read and the merchant
 * offers (ST14). Offline it is also what the lease allows there; nothing when the device may not store at all. A number that is typed in is never stored (MP16).
 */
export function cardEntryMethods(device: Device | null, info: ReaderInfo | null): readonly EntryMode[] {
  if (device === null || info === null) return []
  const { gateway, detector, journal } = device
  const offered = offeredModes(journal.state.lease.offered ?? null, info.entryModes)
  const wouldAsk = !gateway.silent && detector.status !== 'offline' && detector.outage === null
  if (wouldAsk) return offered
  const { state } = journal
  const { nowMs } = state.time
  const lease = termsOf(state)
  const reader = readerMayGoOffline(lease, readerIdOf(state, info), lease.location, nowMs)
  if (!lease.allowed || nowMs >= lease.expiresAtMs || !info.offlineCapable || reader !== null) return []
  return offered.filter((mode) => mode !== 'keyed' && lease.entryModes.includes(mode))
}
