import { expect, test } from 'vitest'
import { AnsweredRecords } from './answered-records.ts'

test('what an earlier generation of the gateway answered counts no more once the next one is known', () => {
  let generation = 1
  const answered = new AnsweredRecords(() => generation)
  answered.add(4)
  const before = answered.ofGeneration()
  expect(answered.has(4)).toBe(true)
  generation = 2
  expect(answered.has(4)).toBe(false)
  answered.add(5)
  expect(answered.ofGeneration()).toEqual({ generation: 2, seqs: new Set([5]) })
  expect(before.generation).toBe(1)
})

test('what the mark has passed is forgotten', () => {
  const answered = new AnsweredRecords(() => 1)
  for (const seq of [1, 2, 3]) answered.add(seq)
  answered.forgetThrough(2)
  expect([1, 2, 3].map((seq) => answered.has(seq))).toEqual([false, false, true])
})
