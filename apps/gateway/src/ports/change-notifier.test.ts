import { expect, test } from 'vitest'
import { createChangeNotifier } from './change-notifier.ts'
import { createManualClock } from '../test-support/manual-clock.ts'

const LONG_MS = 60_000

test('P4: what is told while somebody looks is not missed by the wait that follows', async () => {
  const changes = createChangeNotifier(createManualClock())
  const listener = changes.listen('pi_1')
  changes.notify('pi_1')
  await listener.wait(LONG_MS)
  listener.end()
})

test('one word ends one wait: the next one is for the next word', async () => {
  const changes = createChangeNotifier(createManualClock())
  const listener = changes.listen('pi_1')
  changes.notify('pi_1')
  await listener.wait(LONG_MS)
  let isHeard = false
  const next = listener.wait(LONG_MS).then(() => (isHeard = true))
  await Promise.resolve()
  expect(isHeard).toBe(false)
  changes.notify('pi_2')
  changes.notify('pi_1')
  expect(await next).toBe(true)
})

test('a wait ends in time when nothing is told, and hears nothing after its end', async () => {
  const clock = createManualClock()
  const changes = createChangeNotifier(clock)
  const waited = changes.wait('due', LONG_MS)
  clock.advance(LONG_MS)
  await waited
  const listener = changes.listen('due')
  listener.end()
  changes.notify('due')
  let isHeard = false
  const late = listener.wait(LONG_MS).then(() => (isHeard = true))
  await Promise.resolve()
  expect(isHeard).toBe(false)
  clock.advance(LONG_MS)
  await late
})
