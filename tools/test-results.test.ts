import { expect, test } from 'vitest'

import { addResults, checkResult, laneResult, summaryLine } from './test-results.ts'

const passing = { status: 'passed', fullName: 'adds' }
const failing = {
  status: 'failed',
  fullName: 'subtracts',
  failureMessages: ['expected 1, got 2\nat a.test.ts'],
}
const skipped = { status: 'skipped', fullName: 'divides' }

test('each static check counts as a test', () => {
  const result = checkResult(['ok    format (0.1 s)', 'FAIL  types (0.3 s)', 'a.ts(1,1): error'], 1)
  expect(summaryLine(result)).toBe('1 passed, 1 failed')
  expect(result.problems).toEqual(['check: types (0.3 s)'])
})

test('checks that crash, or that never ran, are a failure', () => {
  expect(checkResult(['ok    format (0.1 s)'], 1).failed).toBe(1)
  expect(checkResult([], 0).failed).toBe(1)
})

test('a lane counts its tests and names those that failed, each with the first line of why', () => {
  const result = laneResult('unit', report('failed', [passing, failing, skipped]), 1)
  expect(summaryLine(result)).toBe('1 passed, 1 failed, 1 skipped')
  expect(result.problems).toEqual(['unit: a.test.ts: subtracts: expected 1, got 2'])
})

test('a file that does not load, a teardown that fails and an error outside of any test are failures', () => {
  expect(laneResult('unit', report('failed', []), 1).failed).toBe(1)
  expect(laneResult('unit', report('failed', [passing]), 1)).toMatchObject({ passed: 1, failed: 1 })
  expect(laneResult('unit', report('passed', [passing]), 1)).toMatchObject({ passed: 1, failed: 1 })
})

test('a lane that was killed or wrote half a report is a failure', () => {
  expect(laneResult('pg', undefined, 'ended by SIGKILL').problems).toEqual([
    'pg: crashed: no report (ended by SIGKILL)',
  ])
  expect(laneResult('pg', '{"testResults":[', 1).failed).toBe(1)
  expect(laneResult('pg', report('passed', [passing]), 'stopped after 10 minutes').failed).toBe(1)
})

test('a lane without tests neither passes nor fails', () => {
  expect(laneResult('sim', '{"testResults":[]}', 0)).toEqual({
    passed: 0,
    failed: 0,
    skipped: 0,
    problems: [],
  })
})

test('the last line is the sum of all', () => {
  const total = addResults([
    checkResult(['ok    format'], 0),
    laneResult('unit', report('passed', [passing]), 0),
  ])
  expect(summaryLine(total)).toBe('2 passed, 0 failed')
})

function report(status: string, assertionResults: readonly object[]): string {
  return JSON.stringify({
    testResults: [{ name: 'a.test.ts', status, message: 'boom\nat x', assertionResults }],
  })
}
