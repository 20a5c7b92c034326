import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadOrMakeKey, nodeClock } from './node-platform.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-key-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('the key is made once, for its owner only, and no half-written file stays', () => {
  const file = path.join(directory, 'a', 'device.key')
  const made = loadOrMakeKey(file)
  expect(loadOrMakeKey(file).keyId).toBe(made.keyId)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(path.dirname(file))).toEqual(['device.key'])
})

test('a key file that is damaged is not silently replaced: the device would lose its identity', () => {
  const file = path.join(directory, 'damaged.key')
  writeFileSync(file, 'not a key')
  expect(() => loadOrMakeKey(file)).toThrow()
})

test('monotonic time goes on over processes of one boot', () => {
  const clock = nodeClock()
  expect(clock.bootId).toBe(nodeClock().bootId)
  expect(clock.monotonicMs()).toBeGreaterThan(0)
  const cancel = clock.timer(1, () => expect.unreachable('it was taken back'))
  cancel()
})
