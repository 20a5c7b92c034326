import { afterEach, expect, test } from 'vitest'
import { createSystemClock } from '../ports/system-clock.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createSharedChanges, type SharedChanges } from './shared-changes.ts'

const database = sharedDatabase()
const opened: SharedChanges[] = []
const PATIENCE_MS = 20_000

afterEach(async () => {
  for (const shared of opened.splice(0)) await shared.stop()
})

function open(): SharedChanges {
  const shared = createSharedChanges({
    connectionString: database().url,
    clock: createSystemClock(),
    log: { info: () => undefined, error: () => undefined },
  })
  opened.push(shared)
  shared.start()
  return shared
}

async function hearing({ changes }: SharedChanges): Promise<void> {
  await expect.poll(() => changes.hearsOthers?.(), { timeout: PATIENCE_MS, interval: 10 }).toBe(true)
}

async function losing({ changes }: SharedChanges): Promise<void> {
  await expect.poll(() => changes.hearsOthers?.(), { timeout: PATIENCE_MS, interval: 1 }).toBe(false)
}

/** Resolves when `key` is told; the wait itself never ends in time. */
async function told({ changes }: SharedChanges, key: string): Promise<'told'> {
  await changes.wait(key, 10 * PATIENCE_MS)
  return 'told'
}

test('P4: a change in one process wakes who waits for it in another, and in its own', async () => {
  const [here, there] = [open(), open()]
  await Promise.all([hearing(here), hearing(there)])
  const woken = [told(here, 'pi_1'), told(there, 'pi_1')]
  here.changes.notify('pi_1')
  expect(await Promise.all(woken)).toEqual(['told', 'told'])
})

test('more keys than one notice carries all arrive', async () => {
  const [here, there] = [open(), open()]
  await Promise.all([hearing(here), hearing(there)])
  const keys = Array.from({ length: 1_000 }, (_, at) => `pi_${String(at).padStart(24, '0')}`)
  const woken = keys.map((key) => told(there, key))
  for (const key of keys) here.changes.notify(key)
  expect(new Set(await Promise.all(woken))).toEqual(new Set(['told']))
})

test('a lost connection is said, and taken up again', async () => {
  const [here, there] = [open(), open()]
  await Promise.all([hearing(here), hearing(there)])
  const lost = Promise.all([losing(here), losing(there)])
  await database().pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'holdfast changes' and datname = current_database()`,
  )
  await lost
  await Promise.all([hearing(here), hearing(there)])
  const woken = told(there, 'due')
  here.changes.notify('due')
  expect(await woken).toBe('told')
})
