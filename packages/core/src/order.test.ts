import { describe, expect, test } from 'vitest'
import { advanceOrder, type Order, type OrderEvent, orderStateOf } from './order.ts'

const fresh: Order = { payments: [], canceled: null }
const paid = (paymentId: string): OrderEvent => ({ type: 'paid', paymentId })
const gone = (paymentId: string): OrderEvent => ({ type: 'payment_gone', paymentId })
const canceled: OrderEvent = { type: 'canceled', by: 'Ada', reason: 'sold out', atMs: 1 }

/** The states on the way; a refusal stands for itself and changes nothing. */
function states(events: readonly OrderEvent[]): string[] {
  let order = fresh
  return events.map((event) => {
    const next = advanceOrder(order, event)
    if (typeof next === 'string') return next
    order = next
    return orderStateOf(order)
  })
}

describe('SQ12: an order', () => {
  test.each([
    ['is paid by a payment, and told again it stays so', [paid('a'), paid('a')], ['paid', 'paid']],
    ['is open again when its payment is called off', [paid('a'), gone('a')], ['paid', 'open']],
    ['stays paid while another payment stands', [paid('a'), paid('b'), gone('a')], ['paid', 'paid', 'paid']],
    ['is canceled once', [canceled, canceled], ['canceled', 'canceled']],
    ['cannot be canceled when it is paid', [paid('a'), canceled], ['paid', 'order_already_paid']],
    [
      'is paid also when it was canceled meanwhile',
      [canceled, paid('a'), gone('a')],
      ['canceled', 'paid', 'canceled'],
    ],
    ['hears of a payment that never stood for it in vain', [gone('a')], ['open']],
  ])('%s', (_what, events, expected) => {
    expect(states(events)).toEqual(expected)
  })

  test('that does not change is the same object', () => {
    const order = { ...fresh, payments: ['a'] }
    expect(advanceOrder(order, paid('a'))).toBe(order)
    expect(advanceOrder(order, gone('b'))).toBe(order)
  })
})
