import { expect, test } from 'vitest'
import { StatusBoard } from './status-board.ts'

test('what nobody has looked at is unknown', () => {
  const board = new StatusBoard(1_000)
  expect(board.statusOf('database', 5_000)).toEqual({
    name: 'database',
    state: 'unknown',
    sinceMs: 1_000,
    uptime: null,
  })
})

test('a state is since its change, and the uptime is the share of the time that was seen up', () => {
  const board = new StatusBoard(0)
  board.see('database', 'up', 0)
  board.see('database', 'up', 3_000)
  board.see('database', 'down', 6_000)
  expect(board.statusOf('database', 8_000)).toMatchObject({ state: 'down', sinceMs: 6_000, uptime: 0.75 })
  board.see('database', 'up', 9_000)
  expect(board.statusOf('database', 12_000)).toMatchObject({ state: 'up', sinceMs: 9_000, uptime: 0.75 })
})

test('a clock that was put back makes no time of its own', () => {
  const board = new StatusBoard(10_000)
  board.see('gateway', 'up', 10_000)
  board.see('gateway', 'up', 5_000)
  expect(board.statusOf('gateway', 5_000).uptime).toBe(1)
})
