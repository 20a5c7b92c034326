import type { Clock, IdSource } from '@holdfast/core'
import type { Pool } from 'pg'
import { transaction } from '../database/transaction.ts'
import { closeOverdueDisputes } from '../disputes/move-dispute.ts'
import { pruneFiles } from '../files/prune-files.ts'
import type { Log } from '../ports/log.ts'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import { shredVaults } from '../payments/shred-vaults.ts'

const IDLE_MS = 60 * 60_000

interface HousekeepingDeps {
  readonly pool: Pool
  readonly clock: Clock
  readonly randomBytes: (length: number) => Uint8Array
  readonly log: Log
}

/**
 * What only the passing of time causes: disputes that nobody has answered are lost, numbers whose window is over are
 * shredded, files that no dispute names are removed. Any number of processes may do it; each step is one transaction that skips what another one holds.
 */
export function createHousekeeping(deps: HousekeepingDeps): PollLoop {
  const { clock, log } = deps
  const step = async () => (await keepHouse(deps)) > 0
  return createPollLoop({ name: 'money housekeeping', clock, log, idleMs: IDLE_MS, step })
}

/** Once, some at a time; how much there was. */
export async function keepHouse({ pool, clock, randomBytes, log }: HousekeepingDeps): Promise<number> {
  const nowMs = clock.wallMs()
  const ids: IdSource = { wallMs: () => nowMs, randomBytes }
  const lost = await transaction(pool, (tx) => closeOverdueDisputes(tx, nowMs, ids))
  const shredded = await transaction(pool, (tx) => shredVaults(tx, nowMs))
  const removed = await transaction(pool, (tx) => pruneFiles(tx, nowMs))
  const done = { disputesLost: lost, numbersShredded: shredded, filesRemoved: removed }
  if (lost + shredded + removed > 0) log.info(done, 'money housekeeping')
  return lost + shredded + removed
}
