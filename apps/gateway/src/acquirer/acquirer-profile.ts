import type { AuthoriserRules } from '@holdfast/core'
import { hostCapture, type HostProfile } from '@holdfast/iso8583'

/** What one acquirer contract wants; data, so that another acquirer is another row. */
export interface AcquirerProfile extends AuthoriserRules {
  /** How the host is spoken to; also when stored sales are to be shown as at risk (`deferred.warnAfterMs`). */
  readonly host: HostProfile
  readonly link: string
  readonly acquirerId: string
  readonly merchantId: string
  readonly merchantCategory: string
  /** How long an answer may take. */
  readonly answerTimeoutMs: number
  /** Nothing leaves later than this after it was decided. */
  readonly sendWithinMs: number
  /** How long accepted payments wait for what their device has stated. */
  readonly holdMs: number
  readonly concurrentMax: number
}

const DAY_MS = 24 * 3_600_000

/** The one place where a host's contract becomes the rules that the authoriser decides by. */
export function acquirerProfileOf(host: HostProfile): AcquirerProfile {
  return {
    host,
    link: 'acquirer-1',
    acquirerId: '100001',
    merchantId: 'HOLDFAST0000001',
    merchantCategory: '5999',
    answerTimeoutMs: host.answerTimeoutMs,
    sendWithinMs: 3_000,
    holdMs: 60_000,
    concurrentMax: 32,
    hostDeduplicates: host.hostDeduplicates,
    hostKnowsRrn: host.hostKnowsRrn,
    repeatsMax: host.repeatsMax,
    deferredAgeMaxMs: host.deferred.ageMaxMs,
    unclaimedReversalMs: DAY_MS,
  }
}

/** Where no profile is named: packed digits, 0100 and 0120, a host that knows repeats again, any age that a lease allows. */
export const defaultHost: HostProfile = {
  ...hostCapture,
  name: 'default',
  settlement: 'terminal_capture',
  deferred: { ageMaxMs: 30 * DAY_MS, warnAfterMs: DAY_MS },
}

export const defaultAcquirerProfile: AcquirerProfile = acquirerProfileOf(defaultHost)
