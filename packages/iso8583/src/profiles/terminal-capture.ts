import type { HostProfile } from '../host-profile.ts'
import { ascii1987 } from './ascii-1987.ts'

const HOUR_MS = 3_600_000

/** A host that authorises, and pays what the batch presents: the dual-message way. It does not know repeats again. */
export const terminalCapture: HostProfile = {
  name: 'terminal-capture',
  wire: ascii1987,
  settlement: 'terminal_capture',
  reversal: 'advice',
  mac: { kind: 'aes_cmac', keys: 'key_change' },
  answerTimeoutMs: 20_000,
  hostDeduplicates: false,
  hostKnowsRrn: false,
  repeatsMax: 0,
  deferred: { ageMaxMs: 24 * HOUR_MS, warnAfterMs: 12 * HOUR_MS },
  adviceTriesMax: 6,
  partialApprovals: false,
  captureWithinMs: 7 * 24 * HOUR_MS,
  tipPercentMax: 0,
  retry: {},
}
