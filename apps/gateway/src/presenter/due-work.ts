import { sleep } from '@holdfast/core'
import type { Drive } from '../authoriser/drive.ts'
import type { LinkWork } from '../authoriser/link-work.ts'

const AT_ONCE = 8
const RETRY_AFTER_FAULT_MS = 500

/**
 * Does what is due in the process that owns the link and by its STANs, some of it at once and each thing alone. It holds no
 * state that a crash could lose: what is in flight is durable before a byte leaves, and the next owner goes on with it.
 */
export function createDueWork<Row>(work: {
  /** For the log. */
  readonly what: string
  readonly port: { state(): 'up' | 'down' }
  /** The oldest first. */
  readonly due: (wanted: {
    readonly link: string
    readonly nowMs: number
    readonly limit: number
  }) => Promise<readonly Row[]>
  readonly idOf: (row: Row) => string
  readonly run: (drive: Drive, row: Row) => Promise<void>
}): LinkWork {
  const { what, port, due, idOf, run } = work
  const inFlight = new Map<string, Promise<void>>()

  return {
    async turn(drive: Drive) {
      const { world } = drive
      const room = AT_ONCE - inFlight.size
      if (room <= 0 || port.state() === 'down') return
      const { link } = world.profile
      const rows = await due({ link, nowMs: world.clock.wallMs(), limit: AT_ONCE })
      for (const row of rows.filter((one) => !inFlight.has(idOf(one))).slice(0, room)) {
        const id = idOf(row)
        const running = run(drive, row)
          .catch(async (error: unknown) => {
            // It is as it was, or sent and unknown: either way it is due again.
            world.log.error({ [what]: id, error: String(error) }, `${what} could not be driven`)
            await sleep(world.clock, RETRY_AFTER_FAULT_MS)
          })
          .finally(() => {
            inFlight.delete(id)
            world.changes.notify('due')
          })
        inFlight.set(id, running)
      }
    },
    async idle() {
      await Promise.all(inFlight.values())
    },
  }
}
