import type { SimulatedReader } from '@holdfast/reader'
import type { ConfirmResult, PaymentIntent, Terminal } from '@holdfast/sdk'

import type { SaleOrder, SaleResult } from './cashier-messages.ts'

/**
 * One sale as a cashier does it with the public SDK: create, collect, confirm. `onOpened` is told as soon as the sale
 * is durable. A sale that ends without acceptance is voided, as a cashier closes it.
 */
export async function robotSale(
  terminal: Terminal,
  reader: SimulatedReader,
  order: SaleOrder,
  onOpened: (ids: { saleId: string; paymentId: string }) => void,
): Promise<SaleResult> {
  const { amountMinor, currency, captureMethod, offlineBehavior } = order
  const created = await terminal.createPaymentIntent({
    amountMinor,
    currency,
    captureMethod,
    offlineBehavior,
    operator: 'robot',
  })
  if (created.status === 'refused') {
    return { saleId: null, paymentId: null, result: 'refused', reason: created.code }
  }
  const { intent } = created
  onOpened({ saleId: intent.saleId, paymentId: intent.paymentId })
  const result = await payWithCard(terminal, reader, intent, order)
  if (result.result === 'declined' || result.result === 'refused') {
    await terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
  }
  return { saleId: intent.saleId, paymentId: intent.paymentId, ...result }
}

type Payment = Pick<SaleResult, 'result' | 'offlineKind' | 'owedMinor' | 'reason'>

async function payWithCard(
  terminal: Terminal,
  reader: SimulatedReader,
  intent: PaymentIntent,
  { card, voiceCode }: Pick<SaleOrder, 'card' | 'voiceCode'>,
): Promise<Payment> {
  reader.present(card)
  const collected = await terminal.collectPaymentMethod(intent)
  if (collected.status === 'collected') {
    const options = voiceCode === undefined ? {} : { voiceCode }
    return renderResult(await terminal.confirmPaymentIntent(intent, options))
  }
  // The SDK may have refused before it armed the reader; the card must not lie there for the next customer.
  reader.cancel()
  return { result: 'refused', reason: collected.status === 'refused' ? collected.code : 'canceled' }
}

function renderResult(confirmed: ConfirmResult): Payment {
  switch (confirmed.status) {
    case 'approved':
      return confirmed.owedMinor === 0
        ? { result: 'approved' }
        : { result: 'approved', owedMinor: confirmed.owedMinor }
    case 'stored':
      return { result: 'stored', offlineKind: confirmed.kind, reason: confirmed.why }
    case 'declined':
      return { result: 'declined', reason: confirmed.responseCode }
    case 'refused':
      return { result: 'refused', reason: confirmed.code }
  }
}
