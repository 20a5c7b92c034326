import { sleep } from '@holdfast/core'
import type { Pool } from 'pg'
import type { IncrementPort } from '../acquirer/increment-port.ts'
import type { Drive } from '../authoriser/drive.ts'
import type { LinkWork } from '../authoriser/link-work.ts'
import { dueIncrements } from '../increments/increment-row.ts'
import { driveIncrement } from './drive-increment.ts'

const AT_ONCE = 8
const RETRY_AFTER_FAULT_MS = 500

/**
 * Asks for what is due on top of holds, in the process that owns the link and by its STANs. A merchant waits for the
 * answer, perhaps in another process: what came of it is in the row.
 */
export function createIncrementer(pool: Pool, port: IncrementPort): LinkWork {
  const inFlight = new Map<string, Promise<void>>()

  return {
    async turn(drive: Drive) {
      const { world } = drive
      const room = AT_ONCE - inFlight.size
      if (room <= 0 || port.state() === 'down') return
      const { link } = world.profile
      const rows = await dueIncrements(pool, { link, nowMs: world.clock.wallMs(), limit: AT_ONCE })
      for (const row of rows.filter(({ incrementId }) => !inFlight.has(incrementId)).slice(0, room)) {
        const { incrementId } = row
        const work = driveIncrement({ ...drive, pool, port }, row)
          .catch(async (error: unknown) => {
            // It is as it was, or sent and unknown: either way it is due again.
            world.log.error({ increment: incrementId, error: String(error) }, 'more could not be asked for')
            await sleep(world.clock, RETRY_AFTER_FAULT_MS)
          })
          .finally(() => {
            inFlight.delete(incrementId)
            world.changes.notify('due')
          })
        inFlight.set(incrementId, work)
      }
    },
    async idle() {
      await Promise.all(inFlight.values())
    },
  }
}
