import type { HostProfile } from '../host-profile.ts'
import { bcdBinary1987 } from './bcd-binary-1987.ts'

const HOUR_MS = 3_600_000

/** A host that captures by approving: the single-message way of POS acquirers. */
export const hostCapture: HostProfile = {
  name: 'host-capture',
  wire: bcdBinary1987,
  settlement: 'host_capture',
  reversal: 'request',
  mac: { kind: 'none' },
  answerTimeoutMs: 15_000,
  hostDeduplicates: true,
  hostKnowsRrn: true,
  repeatsMax: 3,
  deferred: { ageMaxMs: 7 * 24 * HOUR_MS, warnAfterMs: 24 * HOUR_MS },
  adviceTriesMax: 6,
  partialApprovals: true,
  captureWithinMs: 7 * 24 * HOUR_MS,
  tipPercentMax: 20,
  retry: {},
}
