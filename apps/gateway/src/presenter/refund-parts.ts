import { must } from '@holdfast/core'
import { findRefund } from '../refunds/refund.ts'
import { saleParts } from './original-sale.ts'
import type { PresentDrive } from './present-drive.ts'
import type { RefundMessage } from '../acquirer/presentment-port.ts'
import type { KnownPresentment } from '../presentments/presentment-row.ts'

type RefundParts = Pick<RefundMessage, 'card' | 'saleRrn'>

/** What is said of a refund beside its identity; a code where its sale's approval is gone, or the card is not kept. */
export async function refundParts(
  { world, pool }: PresentDrive,
  { account, mode, subject }: KnownPresentment,
): Promise<RefundParts | 'approval_gone' | 'card_not_kept'> {
  const refund = must(
    await findRefund(pool, { account, mode, refundId: subject }),
    'a presentment has its refund',
  )
  const payment = (await world.store.payments(account, [refund.cardPaymentId])).rows[0]
  const sale = payment === undefined ? 'approval_gone' : await saleParts(world, payment)
  if (typeof sale === 'string') return sale
  return { card: sale.card, saleRrn: refund.paymentId === null ? null : sale.original.rrn }
}
