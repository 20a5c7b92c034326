import { expect, test } from 'vitest'
import { type Fault, faultPlan, roughNetwork } from './fault-plan.ts'

test('the faults come at their rates', () => {
  const next = faultPlan(roughNetwork, 1)
  const counts: Record<Fault, number> = {
    none: 0,
    request_lost: 0,
    answer_lost: 0,
    server_error: 0,
    too_many_requests: 0,
  }
  for (let drawn = 0; drawn < 20_000; drawn += 1) counts[next()] += 1
  expect(counts.request_lost / 20_000).toBeCloseTo(0.1, 1.5)
  expect(counts.answer_lost / 20_000).toBeCloseTo(0.1, 1.5)
  expect(counts.server_error / 20_000).toBeCloseTo(0.025, 1.5)
  expect(counts.too_many_requests / 20_000).toBeCloseTo(0.025, 1.5)
})

test('one seed, one order of faults', () => {
  const draw = (seed: number) => {
    const next = faultPlan(roughNetwork, seed)
    return Array.from({ length: 50 }, next)
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
})
