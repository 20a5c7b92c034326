import type { DeviceTotals } from '@holdfast/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { largest, shareOfCap } from './share-of-cap.ts'

const totals = (eur: number, storedCount: number): DeviceTotals => ({
  storedTotalMinor: { eur },
  storedCount,
})

test('each device gets an equal share, as far as the others leave it and it wants it', () => {
  const cap = totals(900, 9)
  const wanted = totals(500, 500)
  expect(shareOfCap({ cap, wanted, devices: 1, others: [] })).toEqual(totals(500, 9))
  expect(shareOfCap({ cap, wanted, devices: 3, others: [totals(300, 3), totals(300, 3)] })).toEqual(
    totals(300, 3),
  )
  expect(shareOfCap({ cap, wanted, devices: 2, others: [totals(800, 9)] })).toEqual(totals(100, 0))
  expect(shareOfCap({ cap, wanted, devices: 2, others: [totals(2_000, 20)] })).toEqual(totals(0, 0))
})

test('a currency that the cap does not name is not taken', () => {
  const wanted = { storedTotalMinor: { eur: 100, usd: 100 }, storedCount: 5 }
  expect(shareOfCap({ cap: totals(900, 9), wanted, devices: 1, others: [] })).toEqual(totals(100, 5))
})

test('whatever the order of grants, lost answers and new caps, the shares in force stay within the cap of their time', () => {
  const step = fc.record({ device: fc.nat({ max: 3 }), isHeard: fc.boolean(), wants: fc.nat({ max: 1_000 }) })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), fc.array(step, { maxLength: 40 }), (most, steps) => {
      const cap = totals(most, most)
      const grants = new Map<number, { held: DeviceTotals; offered: DeviceTotals }>()
      for (const { device, isHeard, wants } of steps) {
        const inForce = [...grants].filter(([other]) => other !== device)
        const others = inForce.map(([, { held, offered }]) => largest(held, offered))
        const offered = shareOfCap({ cap, wanted: totals(wants, wants), devices: 4, others })
        const own = grants.get(device) ?? { held: totals(0, 0), offered: totals(0, 0) }
        const held = isHeard ? offered : largest(own.held, own.offered)
        grants.set(device, { held, offered })
        const sum = [...grants.values()].reduce(
          (total, grant) => total + (largest(grant.held, grant.offered).storedTotalMinor.eur ?? 0),
          0,
        )
        expect(sum).toBeLessThanOrEqual(most)
      }
    }),
  )
})
