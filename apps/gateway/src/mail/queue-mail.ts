import { type Crypto, newId } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { addJob } from '../jobs/add-job.ts'

export const MAIL_JOB = 'mail.send'

export type MailKind = 'receipt_stored' | 'receipt' | 'payment_declined' | 'webhook_disabled' | 'notice'

export interface NewMail {
  readonly account: string
  readonly mode: Mode
  readonly kind: MailKind
  /** A payment (`pi_…`), for `webhook_disabled` an endpoint (`we_…`), for `notice` one of its changes (`ntc_…/2`). */
  readonly about: string
  readonly nowMs: number
}

/**
 * Queues a mail in the transaction of its cause: it is written and sent later, by the job that goes with it. Of one
 * payment each kind is queued once, for ever; of a notice each change.
 */
export async function queueMail(
  tx: Tx,
  { account, mode, kind, about, nowMs }: NewMail,
  crypto: Pick<Crypto, 'randomBytes'> = nodeCrypto,
): Promise<void> {
  const source = { wallMs: () => nowMs, randomBytes: (length: number) => crypto.randomBytes(length) }
  const mail = newId('mail', source)
  const { rowCount } = await tx.query(
    `insert into mails (account, mail, mode, kind, about, state, created_ms)
     values ($1, $2, $3, $4, $5, 'queued', $6) on conflict do nothing`,
    [account, mail, mode, kind, about, nowMs],
  )
  if (rowCount === 1)
    await addJob(tx, { account, kind: MAIL_JOB, key: mail, payload: { mail }, runAtMs: nowMs, nowMs }, crypto)
}
