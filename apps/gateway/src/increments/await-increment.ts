import { isIncrementOpen, must } from '@holdfast/core'
import type { Pool } from 'pg'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { findIncrement, type IncrementRow } from './increment-row.ts'

/** A notice may be lost. */
const LOOK_MS = 500

/** As it is once the issuer has decided, or when no answer can come in time any more. */
export async function awaitIncrement(
  { clock, changes, profile }: GatewayWorld,
  pool: Pool,
  wanted: Pick<IncrementRow, 'account' | 'mode' | 'incrementId'>,
): Promise<IncrementRow> {
  const untilMs = clock.monotonicMs() + profile.answerTimeoutMs + profile.sendWithinMs
  const listener = changes.listen(wanted.incrementId)
  try {
    for (;;) {
      const row = must(await findIncrement(pool, wanted), 'what was asked for is kept')
      const leftMs = untilMs - clock.monotonicMs()
      if (!isIncrementOpen(row.increment) || leftMs <= 0) return row
      await listener.wait(Math.min(LOOK_MS, leftMs))
    }
  } finally {
    listener.end()
  }
}
