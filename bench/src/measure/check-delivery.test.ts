import { expect, test } from 'vitest'
import { checkDelivery, missingOf } from './check-delivery.ts'

const once = (...ids: string[]) => new Map(ids.map((id) => [id, 1]))

test('all there, each once', () => {
  const arrivals = once('a', 'b')
  const checked = checkDelivery({ accepted: ['a', 'b'], arrivals, charges: arrivals, waiting: [] })
  expect(checked).toEqual({
    accepted: 2,
    delivered: 2,
    waiting: 0,
    lost: 0,
    arrivedTwice: 0,
    chargedTwice: 0,
    unasked: 0,
  })
})

test('what still waits is late and not lost; what is nowhere is lost', () => {
  const arrivals = once('a')
  const checked = checkDelivery({ accepted: ['a', 'b', 'c'], arrivals, charges: arrivals, waiting: ['b'] })
  expect(checked).toMatchObject({ delivered: 1, waiting: 1, lost: 1 })
})

test('a repeat that the server recognises is an arrival and no charge', () => {
  const arrivals = new Map([['a', 3]])
  const checked = checkDelivery({ accepted: ['a'], arrivals, charges: once('a'), waiting: [] })
  expect(checked).toMatchObject({ lost: 0, arrivedTwice: 1, chargedTwice: 0 })
})

test('what was delivered and still waits is not counted as waiting', () => {
  const arrivals = once('a')
  const checked = checkDelivery({ accepted: ['a'], arrivals, charges: arrivals, waiting: ['a'] })
  expect(checked).toMatchObject({ delivered: 1, waiting: 0, lost: 0 })
})

test('what nobody acknowledged is told apart', () => {
  const arrivals = once('a', 'x')
  expect(checkDelivery({ accepted: ['a'], arrivals, charges: arrivals, waiting: [] }).unasked).toBe(1)
})

test('a queue that was opened again is asked for each acknowledged id', () => {
  expect(missingOf(['a', 'b'], ['b', 'c'])).toBe(1)
})
