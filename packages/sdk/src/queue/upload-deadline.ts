import type { Lease } from '@holdfast/protocol'
import type { Queued } from './queued-payment.ts'

/** When the gateway must have this payment, by the lease in force; null when the lease no longer has its kind. */
export function uploadByMs({ acceptedMs, offlineKind }: Queued, lease: Lease): number | null {
  const terms = lease.kinds[offlineKind]
  return terms === undefined ? null : acceptedMs + terms.uploadWindowMs
}
