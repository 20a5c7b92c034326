import type { Clock } from '@holdfast/core'
import type { Pool } from 'pg'
import { databaseAnswers } from '../database/database-answers.ts'
import type { LinkWord } from '../acquirer/link-word.ts'
import type { NoticeBoard } from '../notices/notice-board.ts'
import { readNotices } from '../notices/read-notices.ts'
import type { StatusBoard } from './status-board.ts'

const PERIOD_MS = 5_000

/** Looks at each component time and again. Returns what ends it. */
export function watchComponents(deps: {
  readonly board: StatusBoard
  readonly notices: NoticeBoard
  readonly pool: Pool
  readonly linkWord: () => LinkWord
  readonly clock: Clock
}): () => void {
  const { board, notices, pool, linkWord, clock } = deps
  let cancel = () => {}
  const life = { stopped: false }

  async function look(): Promise<void> {
    const isUp = await databaseAnswers(pool)
    if (isUp) await learnNotices()
    else notices.fail()
    if (life.stopped) return
    const nowMs = clock.wallMs()
    board.see('gateway', 'up', nowMs)
    board.see('database', isUp ? 'up' : 'down', nowMs)
    board.see('acquirer_link', linkWord().state === 'up' ? 'up' : 'down', nowMs)
    cancel = clock.timer(PERIOD_MS, () => void look())
  }

  /** The database may go away between the two questions. */
  async function learnNotices(): Promise<void> {
    try {
      const nowMs = clock.wallMs()
      notices.learn(await readNotices(pool, nowMs), nowMs)
    } catch {
      notices.fail()
    }
  }

  void look()
  return () => {
    life.stopped = true
    cancel()
  }
}
