import type { Pool } from 'pg'
import type { Drive } from '../authoriser/drive.ts'
import type { LinkWork } from '../authoriser/link-work.ts'
import type { PresentmentPort } from '../acquirer/presentment-port.ts'
import { advanceBatch } from './advance-batch.ts'
import { dueBatches } from '../batches/batch-row.ts'

const AT_ONCE = 2

/** Closes batches whose cut-off has come or that somebody closes now, in the process that owns the link. */
export function createBatcher(pool: Pool, port: PresentmentPort): LinkWork {
  const inFlight = new Map<string, Promise<void>>()

  return {
    async turn(drive: Drive) {
      const { world } = drive
      if (port.state() === 'down') return
      const nowMs = world.clock.wallMs()
      const rows = await dueBatches(pool, { link: world.profile.link, nowMs, limit: AT_ONCE * 2 })
      for (const row of rows) {
        const { batchId } = row
        if (inFlight.size >= AT_ONCE || inFlight.has(batchId)) continue
        const work = advanceBatch({ ...drive, pool, port }, row)
          .catch((error: unknown) => {
            world.log.error({ batch: batchId, error: String(error) }, 'batch could not be closed')
          })
          .finally(() => {
            inFlight.delete(batchId)
          })
        inFlight.set(batchId, work)
      }
    },
    async idle() {
      await Promise.all(inFlight.values())
    },
  }
}
