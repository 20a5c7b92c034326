import type { Clock } from '@holdfast/core'
import type { Pool } from 'pg'
import { createPollLoop, type PollLoop } from '../jobs/poll-loop.ts'
import { queueNoticeMails } from '../mail/queue-notice-mails.ts'
import { passNoticeTime } from '../notices/change-notice.ts'
import { tellNotices } from '../notices/tell-notices.ts'
import type { Log } from '../ports/log.ts'

const IDLE_MS = 2_000

/** Lets planned maintenance begin and end, and has every account told of what was announced. */
export function createNoticeTeller(deps: {
  readonly pool: Pool
  readonly clock: Clock
  readonly log: Log
  /** False: nothing is mailed, and nothing is queued for it. */
  readonly hasMail: boolean
}): PollLoop {
  const { pool, clock, log, hasMail } = deps
  const nowMs = () => clock.wallMs()
  const follow = hasMail ? queueNoticeMails(nowMs) : undefined
  return createPollLoop({
    name: 'notices',
    clock,
    log,
    idleMs: IDLE_MS,
    async step() {
      await passNoticeTime(pool, nowMs())
      return tellNotices(pool, nowMs(), follow)
    },
  })
}
