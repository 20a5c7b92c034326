import { expect, test } from 'vitest'
import { runSeeds } from './run-seeds.ts'

const run = { first: 8, seeds: 2, options: { mutant: 'removes_before_it_sends' } } as const
const hooks = { isOver: () => false, onDone: () => {} }

test('the first broken seed and every trace hash are the same with any number of jobs', async () => {
  const alone = await runSeeds({ ...run, jobs: 1 }, hooks)
  const together = await runSeeds({ ...run, jobs: 2 }, hooks)
  expect(alone.broken).not.toBeNull()
  expect(together).toEqual(alone)
})

test('a run that is over in time answers with what it has', async () => {
  let done = 0
  const some = await runSeeds(
    { ...run, options: {}, jobs: 1 },
    { isOver: () => done >= 1, onDone: () => (done += 1) },
  )
  expect(some.reports.map(({ seed }) => seed)).toEqual([8])
  expect(some.broken).toBeNull()
})
