import type { Pool } from 'pg'
import type { Drive } from '../authoriser/drive.ts'
import type { SendLimits } from '../acquirer/acquirer-port.ts'
import type { PresentmentPort } from '../acquirer/presentment-port.ts'

/** What drives a presentment at its acquirer. */
export interface PresentDrive extends Drive {
  readonly pool: Pool
  readonly port: PresentmentPort
}

/** Never beyond the ownership: a frozen owner that wakes up later sends nothing. Null once it has run out. */
export function presentLimits({ world, ownership: own }: Drive, nowMs: number): SendLimits | null {
  const ownership = own()
  if (ownership === null) return null
  const { answerTimeoutMs, sendWithinMs } = world.profile
  return { timeoutMs: answerTimeoutMs, sendBeforeMs: Math.min(nowMs + sendWithinMs, ownership.untilMs) }
}
