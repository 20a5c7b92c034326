import type { Clock, Crypto, IdSource } from '@holdfast/core'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import type { Log } from '../ports/log.ts'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import { tellDrained } from './tell-drained.ts'
import { tellPresence } from './tell-presence.ts'

const IDLE_MS = 10_000
/** Between two looks, and between what the wall clock and the steady one say has passed. */
const BREAK_MS = 30_000

interface DeviceWatchDeps {
  readonly pool: Pool
  readonly clock: Clock
  readonly crypto: Pick<Crypto, 'randomBytes'>
  readonly log: Log
}

export interface DeviceWatch extends PollLoop {
  /** Looks once; how much there was to tell. */
  look(): Promise<number>
}

/** Tells of devices that fall silent, that come back, and that have delivered all that they stored. */
export function createDeviceWatch({ pool, clock, crypto, log }: DeviceWatchDeps): DeviceWatch {
  let since = now()
  let looked = since

  function now() {
    return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() }
  }

  /**
   * Silence counts anew after a jump of the clock, a pause of this process, or a time in which the database was away: then
   * nobody could be heard either.
   */
  async function look(): Promise<number> {
    const at = now()
    const passedMs = at.monotonicMs - looked.monotonicMs
    const isBroken = passedMs > BREAK_MS || Math.abs(at.wallMs - looked.wallMs - passedMs) > BREAK_MS
    if (isBroken) since = at
    const ids: IdSource = {
      wallMs: () => clock.wallMs(),
      randomBytes: (length) => crypto.randomBytes(length),
    }
    const watched = { watchedSinceMs: since.wallMs, ids }
    const changed = await transaction(pool, (tx) => tellPresence(tx, watched))
    const drained = await transaction(pool, (tx) => tellDrained(tx, ids))
    looked = at
    if (changed.length > 0) log.info({ devices: changed }, 'devices came or fell silent')
    return changed.length + drained
  }

  const step = async () => (await look()) > 0
  return { ...createPollLoop({ name: 'devices', clock, log, idleMs: IDLE_MS, step }), look }
}
