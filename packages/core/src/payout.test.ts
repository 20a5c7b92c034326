import { expect, test } from 'vitest'
import { advancePayout, type PayoutEvent, type PayoutState } from './payout.ts'

const states = {
  pending: { status: 'pending' },
  in_transit: { status: 'in_transit', sentMs: 1 },
  paid: { status: 'paid', sentMs: 1, paidMs: 2 },
  failed: { status: 'failed', sentMs: 1, failedMs: 3, failureCode: 'AC04' },
  canceled: { status: 'canceled', canceledMs: 4 },
} as const satisfies Record<string, PayoutState>
const events = {
  sent: { type: 'sent', atMs: 1 },
  paid: { type: 'paid', atMs: 2 },
  returned: { type: 'returned', atMs: 3, failureCode: 'AC04' },
  canceled: { type: 'canceled', atMs: 4 },
} as const satisfies Record<string, PayoutEvent>

type Outcome = PayoutState['status'] | 'refused'
const table: Record<PayoutState['status'], Record<PayoutEvent['type'], Outcome>> = {
  pending: { sent: 'in_transit', paid: 'refused', returned: 'refused', canceled: 'canceled' },
  in_transit: { sent: 'in_transit', paid: 'paid', returned: 'failed', canceled: 'refused' },
  paid: { sent: 'paid', paid: 'paid', returned: 'failed', canceled: 'refused' },
  failed: { sent: 'failed', paid: 'refused', returned: 'failed', canceled: 'refused' },
  canceled: { sent: 'refused', paid: 'refused', returned: 'refused', canceled: 'canceled' },
}

test('a payout goes its ways and no others, and what it is told twice changes nothing', () => {
  for (const [status, state] of Object.entries(states)) {
    for (const [type, event] of Object.entries(events)) {
      const expected = table[status as PayoutState['status']][type as PayoutEvent['type']]
      const after = advancePayout(state, event)
      expect(after, `${type} when ${status}`).toEqual(
        expected === 'refused' ? 'payout_unexpected_state' : states[expected],
      )
    }
  }
})
