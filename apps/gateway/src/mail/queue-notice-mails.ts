import type { Tx } from '../database/transaction.ts'
import type { UntoldChange } from '../notices/tell-notices.ts'
import { queueMail } from './queue-mail.ts'

/**
 * One mail to each seller with an address, in the transaction that tells the change; none for what the clock does, since
 * it was announced. Which mode it is queued in says nothing: a notice is of both.
 */
export function queueNoticeMails(
  nowMs: () => number,
): (tx: Tx, change: UntoldChange, accounts: readonly string[]) => Promise<void> {
  return async (tx, { notice, number, isSilent }, accounts) => {
    if (isSilent) return
    const { rows } = await tx.query<{ account: string }>(
      'select account from accounts where account = any ($1) and notice_email is not null order by account',
      [accounts],
    )
    const about = noticeMailAbout(notice, number)
    for (const { account } of rows)
      await queueMail(tx, { account, mode: 'live', kind: 'notice', about, nowMs: nowMs() })
  }
}

/** What a mail about one change of a notice names: both of them. */
function noticeMailAbout(notice: string, number: number): string {
  return `${notice}/${number}`
}
