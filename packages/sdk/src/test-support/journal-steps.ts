import { admitOffline, fromHex, must, newId, reserve } from '@holdfast/core'
import { offlineClockOf, saleTermsOf } from '../journal/offline-rules.ts'
import type { JournalStep } from '../journal/journal-step.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { READER_ID } from './scripted-reader.ts'

/** Opens a sale under the limits, as the terminal does, without a terminal around it. */
export function openSaleStep({ amountMinor }: { amountMinor: number }): JournalStep<null, string> {
  const money = { amountMinor, currency: 'eur' } as const
  return {
    load: () => Promise.resolve(null),
    build(state) {
      const { head, lease, time } = state
      // No two sales are opened over the same head.
      const random = must(fromHex(head.hash), 'a hash')
      const ids = { wallMs: () => time.nowMs, randomBytes: (length: number) => random.subarray(0, length) }
      const [saleId, paymentId] = [newId('sale', ids), newId('pi', ids)]
      const terms = saleTermsOf(state, { money, reader: READER_ID })
      const refusal = admitOffline(lease, 'deferred', head.exposure, terms, offlineClockOf(state))
      if (refusal !== null) return { do: 'refuse', code: refusal }
      const place = { location: lease.location, reader: READER_ID, reference: null }
      const sale = { ...money, captureMethod: 'automatic', ...place } as const
      const payment: StoredPayment = {
        ...place,
        paymentId,
        saleId,
        money,
        captureMethod: 'automatic',
        openedMs: time.nowMs,
        reserved: true,
        attempts: 0,
        sealedSeqs: [],
        state: 'OPEN',
      }
      const body = {
        kind: 'sale.opened',
        sale: saleId,
        payment: paymentId,
        ...sale,
        tipMinor: 0,
        operator: null,
        reserved: true,
        pad: '',
      } as const
      return {
        do: 'commit',
        value: paymentId,
        draft: {
          records: [{ body, sealed: null }],
          exposure: reserve(head.exposure, money),
          payments: () => [payment],
        },
      }
    },
  }
}
