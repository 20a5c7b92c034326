import type { DeviceStanding } from '@holdfast/protocol'
import type { JournalStep } from '../journal/journal-step.ts'
import { keepFrozen } from '../journal/kept-values.ts'

/**
 * Does the gateway know another branch of this journal? A head behind what is in is an older copy; records that
 * continue the same one are a clone. Either takes nothing more until the gateway has released it. Answers whether that
 * has changed.
 */
export function applyStanding(standing: DeviceStanding): JournalStep<null, boolean> {
  return {
    load: () => Promise.resolve(null),
    build({ head, frozen, enrolment, time }) {
      if (standing.device !== enrolment.device) return { do: 'nothing', value: false }
      const isCopy = standing.forked || standing.receivedSeq > head.seq
      if (isCopy && frozen === null) {
        const values = keepFrozen({ code: 'journal_forked', atMs: time.nowMs })
        return { do: 'commit', value: true, draft: { values } }
      }
      // A word from before the fork was found does not undo it.
      const isReleased = !isCopy && frozen?.code === 'journal_forked' && standing.atMs > frozen.atMs
      if (isReleased) return { do: 'commit', value: true, draft: { values: keepFrozen(null) } }
      return { do: 'nothing', value: false }
    },
  }
}
