import { isId, newId } from '@holdfast/core'
import { idSourceOf } from '../device.ts'
import { collectableMinor } from '../journal/partial-approval.ts'
import type { RunningDevice } from './start-device.ts'
import type { Refused } from '../refused.ts'
import type { Terminal } from './terminal-api.ts'
import { NAME_LENGTH_MAX } from '../limits.ts'
import { closeTip } from '../follow-ups/close-tip.ts'
import { requestCapture } from '../follow-ups/request-capture.ts'
import { requestRefund } from '../follow-ups/request-refund.ts'

type FollowUpsApi = Pick<Terminal, 'closeTip' | 'requestCapture' | 'requestRefund'>

/** What can be asked of a payment after its sale: each a durable record behind the payment's own. */
export function followUpsApi(running: () => RunningDevice | null): FollowUpsApi {
  return {
    async closeTip(paymentId, tip) {
      const device = running()?.device
      if (device === undefined) return NOT_ENROLLED
      const closed = await device.journal.append(closeTip(paymentId, tip))
      if (!closed.ok) return { status: 'refused', code: closed.code }
      for (const payment of closed.payments) device.emit({ type: 'paymentChanged', payment })
      return { status: 'closed', payment: closed.value }
    },

    async requestCapture(paymentId, capture) {
      const device = running()?.device
      if (device === undefined) return NOT_ENROLLED
      const payment = await device.deps.store.payment(paymentId).catch(() => 'unreadable' as const)
      if (payment === 'unreadable') return { status: 'refused', code: 'journal_failed' }
      if (payment === null) return { status: 'refused', code: 'not_found' }
      const { currency } = payment.money
      const wanted = capture ?? { amountMinor: collectableMinor(payment), currency }
      const requested = await device.journal.append(requestCapture(paymentId, wanted))
      if (!requested.ok) return { status: 'refused', code: requested.code }
      for (const payment of requested.payments) device.emit({ type: 'paymentChanged', payment })
      return { status: 'requested', payment: requested.value }
    },

    async requestRefund(paymentId, { amountMinor, currency, operator = null, refundId }) {
      const device = running()?.device
      if (device === undefined) return NOT_ENROLLED
      const id = refundId ?? newId('re', idSourceOf(device.deps))
      if (!isId('re', id) || (operator?.length ?? 0) > NAME_LENGTH_MAX)
        return { status: 'refused', code: 'parameter_invalid' }
      const wanted = { refundId: id, amountMinor, currency, operator }
      const requested = await device.journal.append(requestRefund(paymentId, wanted))
      if (!requested.ok) return { status: 'refused', code: requested.code }
      for (const payment of requested.payments) device.emit({ type: 'paymentChanged', payment })
      return requested.value
    },
  }
}

const NOT_ENROLLED: Refused = { status: 'refused', code: 'not_enrolled' }
