import type { Tx } from '../database/transaction.ts'
import type { DisabledEndpoint } from '../webhooks/settle-delivery.ts'
import { queueMail } from './queue-mail.ts'

/** Tells the seller that nothing is sent to an endpoint any more, in the transaction that switches it off. */
export function mailDisabledEndpoint(
  nowMs: () => number,
): (tx: Tx, disabled: DisabledEndpoint) => Promise<void> {
  return (tx, { account, mode, endpoint }) =>
    queueMail(tx, { account, mode, kind: 'webhook_disabled', about: endpoint, nowMs: nowMs() })
}
