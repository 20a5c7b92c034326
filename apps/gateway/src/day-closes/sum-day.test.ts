import { array, assert, constantFrom, nat, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { type DayFact, netMinorOf } from './day-fact.ts'
import { sumDay } from './sum-day.ts'

const base: DayFact = {
  kind: 'sale',
  subject: 'pi_1',
  device: 'dev_1',
  currency: 'eur',
  state: 'paid',
  amountMinor: 1_000,
  tipMinor: 0,
  isOfPeriod: true,
  was: null,
}

test('MC4: what no bank has decided is in no sum of sales, and a refund that is on its way is not given back yet', () => {
  const { totals, pending } = sumDay([
    { ...base, tipMinor: 100 },
    { ...base, subject: 'pi_2', state: 'pending', amountMinor: 300 },
    { ...base, subject: 'pi_3', state: 'held', amountMinor: 500 },
    { ...base, subject: 'pi_4', state: 'declined', amountMinor: 50 },
    { ...base, subject: 're_1', kind: 'refund', amountMinor: 200 },
    { ...base, subject: 're_2', kind: 'refund', state: 'pending', amountMinor: 70 },
  ])
  expect(totals).toEqual([
    {
      currency: 'eur',
      sales: { count: 1, amountMinor: 1_000 },
      tipsMinor: 100,
      refunds: { count: 1, amountMinor: 200 },
      netMinor: 800,
      held: { count: 1, amountMinor: 500 },
      pending: { count: 1, amountMinor: 300 },
      refundsPending: { count: 1, amountMinor: 70 },
      declined: { count: 1, amountMinor: 50 },
    },
  ])
  expect(pending).toEqual([{ payment: 'pi_2', device: 'dev_1', currency: 'eur', amountMinor: 300 }])
})

test('currencies are never added up, and tills have sums of their own', () => {
  const { totals, devices } = sumDay([
    base,
    { ...base, subject: 'pi_2', device: 'dev_2', currency: 'usd', amountMinor: 70 },
  ])
  expect(totals.map(({ currency, netMinor }) => [currency, netMinor])).toEqual([
    ['eur', 1_000],
    ['usd', 70],
  ])
  expect(devices.map(({ device, totals: own }) => [device, own.length])).toEqual([
    ['dev_1', 1],
    ['dev_2', 1],
  ])
})

const words = record({
  state: constantFrom('paid', 'held', 'pending', 'declined', 'canceled'),
  amountMinor: nat(10_000),
})

test('MC4: whatever becomes of a sale from close to close, the closes add up to what it is worth in the end', () => {
  assert(
    property(constantFrom('sale', 'refund'), array(words, { minLength: 1 }), (kind, story) => {
      let sum = 0
      let was: DayFact['was'] = null
      for (const [at, word] of story.entries()) {
        const fact: DayFact = { ...base, kind, ...word, isOfPeriod: at === 0, was }
        const { totals, adjusted } = sumDay([fact])
        sum += [...totals, ...adjusted].reduce((total, { netMinor }) => total + netMinor, 0)
        was = { number: at + 1, ...word }
      }
      const last = story.at(-1)
      expect(sum).toBe(last === undefined ? 0 : netMinorOf(kind, last))
    }),
  )
})
