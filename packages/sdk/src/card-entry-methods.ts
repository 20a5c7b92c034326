import type { EntryMode } from '@holdfast/core'
import type { ReaderInfo } from '@holdfast/protocol'
import { type Device, isOfflineCapable } from './device.ts'

/**
 * How a card can be presented now, to be asked before paying (MP7). Offline it is what both the reader can read and the
 * lease allows; nothing when the device may not store at all. A number that is typed in is never stored (MP16).
 */
export function cardEntryMethods(device: Device | null, info: ReaderInfo | null): readonly EntryMode[] {
  if (device === null || info === null) return []
  const { gateway, detector, journal } = device
  if (!gateway.silent && detector.status !== 'offline') return info.entryModes
  const { lease, time } = journal.state
  if (!lease.allowed || time.nowMs >= lease.expiresAtMs || !isOfflineCapable(journal.state, info)) return []
  return info.entryModes.filter((mode) => mode !== 'keyed' && lease.entryModes.includes(mode))
}
