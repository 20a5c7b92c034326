import type { OrderStatement } from '@holdfast/protocol'
import { describe, expect, test } from 'vitest'
import { ORDERS_KEPT_MAX } from '../limits.ts'
import { sampleOrder } from '../test-support/sample-order.ts'
import { heedOrders, type KeptOrder, parseKeptOrders } from './kept-orders.ts'

const numbers = (orders: readonly KeptOrder[]) => orders.map(({ said }) => said.number)
const heard = (words: readonly OrderStatement[]) =>
  words.reduce<readonly KeptOrder[]>((orders, word) => heedOrders(orders, [word]), [])

describe('SQ12: what a till keeps of orders', () => {
  test('each is there once and in order, however often it is told', () => {
    const words = [sampleOrder(1), sampleOrder(2), sampleOrder(1), sampleOrder(3), sampleOrder(2)]
    expect(numbers(heard(words))).toEqual(['W-1', 'W-2', 'W-3'])
    expect(heedOrders([], words)).toEqual(heard(words))
  })

  test('a newer word takes the place of an older one, and an older one that comes late changes nothing', () => {
    const orders = heard([sampleOrder(1), sampleOrder(1, { revision: 3, state: 'paid' })])
    expect(orders).toMatchObject([{ said: { revision: 3, state: 'paid' } }])
    expect(heedOrders(orders, [sampleOrder(1, { revision: 2, state: 'canceled' })])).toBe(orders)
  })

  test('the payment that was opened for it stays with it', () => {
    const [first] = heard([sampleOrder(1)])
    const mine = first === undefined ? [] : [{ ...first, paymentId: 'pi_1' }]
    expect(heedOrders(mine, [sampleOrder(1, { revision: 2, state: 'paid' })])).toMatchObject([
      { paymentId: 'pi_1', said: { state: 'paid' } },
    ])
  })

  test('too many: those that are over go first, and an open one never', () => {
    const all = Array.from({ length: ORDERS_KEPT_MAX + 2 }, (_, at) =>
      sampleOrder(at + 1, at === 1 || at === 3 ? { state: 'paid' } : {}),
    )
    const kept = heedOrders([], all)
    expect(kept).toHaveLength(ORDERS_KEPT_MAX)
    expect(numbers(kept).slice(0, 3)).toEqual(['W-1', 'W-3', 'W-5'])
    const open = Array.from({ length: ORDERS_KEPT_MAX + 2 }, (_, at) => sampleOrder(at + 1))
    expect(heedOrders([], open)).toHaveLength(ORDERS_KEPT_MAX + 2)
  })

  test('what cannot be read is nothing', () => {
    expect(parseKeptOrders({ said: 'what' })).toEqual([])
    expect(parseKeptOrders(null)).toEqual([])
  })
})
