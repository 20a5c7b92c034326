import type { Tx } from '../../database/transaction.ts'
import type { ObjectKinds, Viewing } from './platform/object-kinds.ts'
import { renderBalance } from './render-balance.ts'
import { balanceSourceKind } from './render-balance-source.ts'
import { balanceTransactionKind } from './render-balance-transaction.ts'
import { chargeKind } from './render-charge.ts'
import { customerKind } from './render-customer.ts'
import { deviceKind } from './render-device.ts'
import { eventKind } from './render-event.ts'
import { fileKind } from './render-file.ts'
import { webhookEndpointKind } from './render-webhook-endpoint.ts'
import { disputeKind } from './render-dispute.ts'
import { noticeKind } from './render-notice.ts'
import { orderKind } from './render-order.ts'
import { paymentIntentKind } from './render-payment-intent.ts'
import { payoutKind } from './render-payout.ts'
import { refundKind } from './render-refund.ts'
import { setupIntentKind } from './render-setup-intent.ts'
import { configurationKind, locationKind, readerKind } from './render-terminal.ts'
import { connectionTokenKind } from './resources/connection-tokens.ts'

/** Every kind of object that `/v1` answers, by the word in its `object`. A new resource adds one line. */
export const objectKinds: ObjectKinds = {
  balance_source: balanceSourceKind,
  balance_transaction: balanceTransactionKind,
  charge: chargeKind,
  customer: customerKind,
  device: deviceKind,
  event: eventKind,
  file: fileKind,
  dispute: disputeKind,
  notice: noticeKind,
  order: orderKind,
  payment_intent: paymentIntentKind,
  payout: payoutKind,
  refund: refundKind,
  webhook_endpoint: webhookEndpointKind,
  setup_intent: setupIntentKind,
  'terminal.configuration': configurationKind,
  'terminal.connection_token': connectionTokenKind,
  'terminal.location': locationKind,
  'terminal.reader': readerKind,
}

/**
 * Objects of one kind as `/v1` answers them now, without expansions, by id; what is not there in this account and mode
 * is left out. Inside a transaction it shows what that transaction has written.
 */
export async function renderObjects(
  db: Tx,
  viewing: Viewing,
  kind: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, object>> {
  if (kind === 'balance') {
    const balance = await renderBalance(db, viewing)
    return new Map(ids.map((id) => [id, balance]))
  }
  return (await objectKinds[kind]?.render(db, viewing, ids)) ?? new Map()
}
