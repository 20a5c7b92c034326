import { expect, test } from 'vitest'
import { percentile, runsOf, spreadOf } from './statistics.ts'

const hundred = Array.from({ length: 100 }, (_, index) => index + 1)

test('a percentile is a value that was measured, by nearest rank', () => {
  expect(percentile(hundred, 0.5)).toBe(50)
  expect(percentile(hundred, 0.99)).toBe(99)
  expect(percentile(hundred, 0.999)).toBe(100)
  expect(percentile([7], 0.5)).toBe(7)
  expect(percentile([], 0.5)).toBeNaN()
})

test('the order in which samples came does not matter, and the samples stay as they are', () => {
  const samples = [9, 1, 5]
  expect(spreadOf(samples)).toEqual(spreadOf([1, 5, 9]))
  expect(samples).toEqual([9, 1, 5])
})

test('one slow sample in a thousand shows in p99.9 and max, not in p99', () => {
  const samples = [...Array.from({ length: 998 }, () => 1), 500, 500]
  expect(spreadOf(samples)).toMatchObject({ count: 1_000, p50Ms: 1, p99Ms: 1, p999Ms: 500, maxMs: 500 })
})

test('the rate counts the time that was waited', () => {
  expect(spreadOf([2, 2, 2, 2]).perSecond).toBe(500)
})

test('several runs are told by their middle one and their range', () => {
  expect(runsOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
})
