import type { Pool } from 'pg'
import type { Drive } from '../authoriser/drive.ts'
import type { LinkWork } from '../authoriser/link-work.ts'
import { transaction } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { lateEventOf, untoldLatePresentments } from '../presentments/late-presentments.ts'

const LOOK_MS = 60_000
const AT_ONCE = 500

/** MC5: says once of each capture, refund and uncaptured approval that its window at the acquirer is nearly over. */
export function createLateWatch(pool: Pool): LinkWork {
  let lookedMs = 0

  return {
    async turn({ world }: Drive) {
      const nowMs = world.clock.wallMs()
      if (nowMs < lookedMs + LOOK_MS) return
      lookedMs = nowMs
      const { link, host } = world.profile
      const terms = { link, nowMs, captureWithinMs: host.captureWithinMs }
      await transaction(pool, async (tx) => {
        const late = await untoldLatePresentments(tx, terms, { limit: AT_ONCE })
        for (const one of late) await recordEvent(tx, lateEventOf(one, nowMs))
        if (late.length > 0) world.log.info({ link, late: late.length }, 'near the end of their window')
      })
    },
    idle: () => Promise.resolve(),
  }
}
