import { CONTACT_DRIFT_MS, CONTACT_PERSIST_PERIOD_MS } from '../limits.ts'
import type { Contact, JournalStep } from '../journal/journal-step.ts'

/**
 * The gateway was heard and said what time it is. Written down at once when it matters (first in this boot, windows that
 * run, a clock that is off), otherwise once in a while, so that a device that idles does not wear its disk.
 */
export function writeContact(contact: Contact): JournalStep<null, null> {
  return {
    load: () => Promise.resolve(null),
    build({ head, time }) {
      const { contactMs, offsetMs } = head.time
      const recent = contactMs !== null && contact.gatewayMs - contactMs < CONTACT_PERSIST_PERIOD_MS
      const drifted = Math.abs(contact.gatewayMs - contact.wallMs - offsetMs) > CONTACT_DRIFT_MS
      const windowRuns = head.exposure.firstStoredMs !== null
      if (recent && !drifted && !windowRuns && time.trust === 'trusted') return { do: 'nothing', value: null }
      return {
        do: 'commit',
        value: null,
        draft: { contact, exposure: { ...head.exposure, firstStoredMs: null } },
      }
    },
  }
}
