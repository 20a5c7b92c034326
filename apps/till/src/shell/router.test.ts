import { expect, test } from 'vitest'
import { fragmentOf, parseRoute, type Route } from './router.ts'

const routes: readonly Route[] = [
  { name: 'sell' },
  { name: 'orders' },
  { name: 'payments' },
  { name: 'payment', paymentId: 'pi_1' },
  { name: 'receipt', paymentId: 'pi_1' },
  { name: 'tip', paymentId: 'pi_1' },
  { name: 'more' },
]

test.each(routes)('$name survives the way through the address', (route) => {
  expect(parseRoute(fragmentOf(route))).toEqual(route)
})

test('anything else is the sell page', () => {
  for (const fragment of ['', '#', '#/', '#/nonsense/x'])
    expect(parseRoute(fragment)).toEqual({ name: 'sell' })
})
