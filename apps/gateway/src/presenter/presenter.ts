import { sleep } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Drive } from '../authoriser/drive.ts'
import type { LinkWork } from '../authoriser/link-work.ts'
import { duePresentments } from '../presentments/presentment-row.ts'
import type { PresentmentPort } from '../acquirer/presentment-port.ts'
import { present } from './present.ts'

const AT_ONCE = 8
const RETRY_AFTER_FAULT_MS = 500

/**
 * Presents what is due, in the process that owns the link and by its STANs. It holds no state that a crash could lose:
 * what is in flight is durable before a byte leaves, and the next owner repeats it with the same identifiers.
 */
export function createPresenter(pool: Pool, port: PresentmentPort): LinkWork {
  const inFlight = new Map<string, Promise<void>>()

  return {
    async turn(drive: Drive) {
      const { world } = drive
      const room = AT_ONCE - inFlight.size
      if (room <= 0 || port.state() === 'down') return
      const rows = await duePresentments(pool, {
        link: world.profile.link,
        nowMs: world.clock.wallMs(),
        limit: AT_ONCE,
      })
      for (const row of rows.filter(({ presentmentId }) => !inFlight.has(presentmentId)).slice(0, room)) {
        const { presentmentId } = row
        const work = present({ ...drive, pool, port }, row)
          .catch(async (error: unknown) => {
            // It is as it was, or sent and unknown: either way it is due again.
            world.log.error({ presentment: presentmentId, error: String(error) }, 'could not be presented')
            await sleep(world.clock, RETRY_AFTER_FAULT_MS)
          })
          .finally(() => {
            inFlight.delete(presentmentId)
            world.changes.notify('due')
          })
        inFlight.set(presentmentId, work)
      }
    },
    async idle() {
      await Promise.all(inFlight.values())
    },
  }
}
