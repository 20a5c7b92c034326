import { type AmountLimits, isLower, type LocalOfflineLimits } from '@holdfast/core'
import type { JournalStep } from './journal-step.ts'
import { type KeptLocalLimits, keptNames } from './kept-values.ts'

/** What is absent stays as it is. */
export interface LocalOfflineLimitChange {
  readonly allowed?: boolean
  readonly perPaymentMinor?: AmountLimits
  /** Who does it; kept beside the limits. */
  readonly operator?: string
}

/**
 * Lowers what this device accepts offline, at once and for every tab, also without network (SQ4, TA5). It never allows
 * more than the lease does, and what was lowered is raised again only while the gateway answers.
 */
export function setLocalLimits(
  change: LocalOfflineLimitChange,
  online: boolean,
): JournalStep<null, LocalOfflineLimits> {
  return {
    load: () => Promise.resolve(null),
    build({ local, time }) {
      const next: KeptLocalLimits = {
        allowed: change.allowed ?? local.allowed,
        perPaymentMinor: { ...local.perPaymentMinor, ...change.perPaymentMinor },
        setBy: change.operator ?? null,
        setMs: time.nowMs,
      }
      if (!online && !isLower(next, local)) return { do: 'refuse', code: 'offline_limit_not_lower' }
      return { do: 'commit', value: next, draft: { values: { [keptNames.local]: JSON.stringify(next) } } }
    },
  }
}
