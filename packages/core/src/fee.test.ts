import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { captureFeeMinor, disputeFeeMinor, type FeeFacts, type FeeSchedule, NO_FEES } from './fee.ts'
import { AMOUNT_MINOR_MAX } from './money.ts'

const schedule: FeeSchedule = {
  rules: [
    { brands: ['amex'], basisPoints: 250, fixedMinor: { eur: 10 } },
    { locations: ['loc_market'], entryModes: ['contactless'], basisPoints: 90, fixedMinor: {} },
    { basisPoints: 140, fixedMinor: { eur: 25 } },
  ],
  disputeMinor: { eur: 1500 },
}
const card: FeeFacts = { brand: 'visa', entryMode: 'contact', location: 'loc_shop' }

test.each<[string, Partial<FeeFacts>, number, number]>([
  ['the rule for everything', {}, 10_000, 165],
  ['the rule of its brand', { brand: 'amex' }, 10_000, 260],
  ['the rule of its place and entry mode', { location: 'loc_market', entryMode: 'contactless' }, 10_000, 90],
  ['not a rule that fits by half', { location: 'loc_market' }, 10_000, 165],
  [
    'the brand before the place',
    { brand: 'amex', location: 'loc_market', entryMode: 'contactless' },
    100,
    13,
  ],
  ['half a cent upwards', {}, 250, 4 + 25],
  ['less than half a cent downwards', {}, 249, 3 + 25],
])('ST16: a sale costs %s', (_name, facts, grossMinor, feeMinor) => {
  expect(captureFeeMinor(schedule, { ...card, ...facts }, { grossMinor, currency: 'eur' })).toBe(feeMinor)
})

test('the fixed part is given per currency, and absent means none', () => {
  expect(captureFeeMinor(schedule, card, { grossMinor: 10_000, currency: 'usd' })).toBe(140)
  expect(disputeFeeMinor(schedule, 'eur')).toBe(1500)
  expect(disputeFeeMinor(schedule, 'usd')).toBe(0)
})

test('without a schedule nothing is kept', () => {
  expect(captureFeeMinor(NO_FEES, card, { grossMinor: 10_000, currency: 'eur' })).toBe(0)
})

test('the share is exact to half a minor unit up to the largest amount', () => {
  const rate = (basisPoints: number): FeeSchedule => ({
    rules: [{ basisPoints, fixedMinor: {} }],
    disputeMinor: {},
  })
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: AMOUNT_MINOR_MAX }),
      fc.integer({ min: 0, max: 10_000 }),
      (grossMinor, basisPoints) => {
        const fee = captureFeeMinor(rate(basisPoints), card, { grossMinor, currency: 'eur' })
        const error = BigInt(fee) * 10_000n - BigInt(grossMinor) * BigInt(basisPoints)
        return error > -5_000n && error <= 5_000n && fee <= grossMinor
      },
    ),
  )
})
