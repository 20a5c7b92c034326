import type { Pool } from 'pg'
import { selectNotices } from '../notices/notice-row.ts'
import type { NoticeLetterFacts } from './notice-letter.ts'

/** The zone of a shop that has said nothing; the same as the default of `locations.time_zone`. */
const ZONE_DEFAULT = 'Europe/Paris'

/** The notice as it is now, with what was said at the change that the mail is about (`ntc_…/2`). */
export async function readNoticeLetter(
  pool: Pool,
  account: string,
  about: string,
): Promise<NoticeLetterFacts | null> {
  const [id = '', number = ''] = about.split('/')
  const [known] = await selectNotices(pool, 'n.notice = $1', [id])
  const change = known?.changes.find((each) => each.number === Number(number))
  if (known === undefined || change === undefined) return null
  const { rows } = await pool.query<{ zone: string }>(
    'select time_zone as zone from locations where account = $1 order by created_ms, location limit 1',
    [account],
  )
  const { notice, touches } = known
  const { word, texts } = change
  return { kind: 'notice', word, notice, touches, texts, timeZone: rows[0]?.zone ?? ZONE_DEFAULT }
}
