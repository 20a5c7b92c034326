import { atRisk, NO_EXPOSURE, type TallyByCurrency } from '@holdfast/core'
import type { RunningDevice } from './start-device.ts'
import type { NetworkStatus, OfflineStatus, OfflineStatusDetails } from '../terminal-events.ts'

/** What a till shows of the network and of what waits; `busy`: a sale is between two steps of its own. */
export function offlineStatusOf(
  running: RunningDevice | null,
  world: { readonly busy: boolean; readonly reader: OfflineStatusDetails | null },
): OfflineStatus {
  const { busy, reader } = world
  if (running === null) {
    const nothing = { atRisk: atRisk(NO_EXPOSURE), queued: 0, lastContactMs: null }
    const network = { networkStatus: 'unknown', outage: null, why: [] } as const
    return { ...network, ...nothing, safeToPowerOff: true, sdk: NOTHING_STORED, reader }
  }
  const { journal, gateway, detector } = running.device
  const { head } = journal.state
  const { silent } = gateway
  const networkStatus: NetworkStatus = silent ? 'offline' : detector.status
  const outage = silent ? null : detector.outage
  const risk = atRisk(head.exposure)
  return {
    networkStatus,
    outage,
    why: detector.why,
    atRisk: risk,
    queued: head.backlog.count,
    safeToPowerOff: !busy && head.backlog.count === 0 && head.backlog.voids === 0,
    lastContactMs: head.time.contactMs,
    sdk: {
      networkStatus,
      reason: silent ? 'forced' : outage,
      ...storedOf(risk),
      oldestDeadlineMs: running.oldestDeadlineMs(),
      atRisk: withoutNone(risk),
    },
    reader,
  }
}

const NOTHING_STORED: OfflineStatusDetails = {
  networkStatus: 'unknown',
  reason: null,
  paymentsCount: 0,
  paymentAmountsByCurrency: {},
  oldestDeadlineMs: null,
  atRisk: {},
}

/** Of the payments themselves: records of online sales on their way are nobody's risk (TM7). */
function storedOf(
  tallies: TallyByCurrency,
): Pick<OfflineStatusDetails, 'paymentsCount' | 'paymentAmountsByCurrency'> {
  const stored = Object.entries(withoutNone(tallies))
  return {
    paymentsCount: stored.reduce((sum, [, { count }]) => sum + count, 0),
    paymentAmountsByCurrency: Object.fromEntries(
      stored.map(([currency, { sumMinor }]) => [currency, sumMinor]),
    ),
  }
}

function withoutNone(tallies: TallyByCurrency): TallyByCurrency {
  return Object.fromEntries(Object.entries(tallies).filter(([, { count }]) => count !== 0))
}
