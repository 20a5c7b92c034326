import { expect, test } from 'vitest'
import { runDay } from './scenario.ts'
import { shrinkDay } from './shrink-day.ts'

const SEED = '1'
const DAYS_MAX = 40

test('a broken day is told shorter: less goes wrong, fewer people sell, and the same promise is broken', async () => {
  const options = { mutant: 'exposure_released_by_upload' } as const
  const shrunk = await shrinkDay(SEED, options, (days) => days >= DAYS_MAX)
  if (shrunk === null) return expect.fail('the day breaks nothing')
  const { cut, promise, whole, short } = shrunk
  expect(promise).toBe('the exposure is what is stored')
  expect(short.world.shop.orders.length).toBeLessThan(whole.world.shop.orders.length / 4)
  expect(cut.kinds.size + cut.events.size).toBeGreaterThan(0)
  const again = await runDay(SEED, { ...options, cut })
  expect(again.hash).toBe(short.hash)
  expect(again.world.watch.breaches().map((breach) => breach.promise)).toContain(promise)
  return undefined
})

test('a day that keeps its promises is not shrunk', async () => {
  expect(await shrinkDay(SEED, {}, () => false)).toBeNull()
})
