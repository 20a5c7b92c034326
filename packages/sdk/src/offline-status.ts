import { atRisk, NO_EXPOSURE } from '@holdfast/core'
import type { Device } from './device.ts'
import type { OfflineStatus } from './terminal-api.ts'

/** What a till shows of the network and of what waits; `busy`: a sale is between two steps of its own. */
export function offlineStatusOf(device: Device | null, busy: boolean): OfflineStatus {
  if (device === null) {
    const nothing = { atRisk: atRisk(NO_EXPOSURE), queued: 0, lastContactMs: null }
    return { networkStatus: 'unknown', outage: null, ...nothing, safeToPowerOff: true }
  }
  const { head } = device.journal.state
  const { silent } = device.gateway
  return {
    networkStatus: silent ? 'offline' : device.detector.status,
    outage: silent ? null : device.detector.outage,
    atRisk: atRisk(head.exposure),
    queued: head.backlog.count,
    safeToPowerOff: !busy && head.backlog.count === 0 && head.backlog.voids === 0,
    lastContactMs: head.time.contactMs,
  }
}
