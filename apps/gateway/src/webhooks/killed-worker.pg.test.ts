import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createManualClock } from '../test-support/manual-clock.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createWebhookReceiver } from '../test-support/webhook-receiver.ts'
import { createWebhookWorld, WRAPPING_KEY } from '../test-support/webhook-world.ts'

const program = fileURLToPath(new URL('../test-support/delivery-worker.child.ts', import.meta.url))
const database = sharedDatabase()

test('a process that is killed -9 in the middle of its deliveries is taken over, and nothing is lost', async () => {
  const clock = createManualClock(Date.now())
  const world = await createWebhookWorld(database(), clock)
  const shop = await createWebhookReceiver()
  await world.endpoint(shop.url)
  // It has the request and never answers: whether it was taken is anybody's guess.
  shop.answer(() => undefined)
  const ids = await world.happen(10)
  const key = Buffer.from(WRAPPING_KEY).toString('base64url')
  const child = spawn(process.execPath, [program, database().url, key], { stdio: 'ignore' })
  await shop.until(4)
  child.kill('SIGKILL')
  await once(child, 'exit')
  shop.answer(200)

  // What the dead one had taken stays its own until its claims run out; the rest goes on at once.
  await world.worker.deliverDue()
  expect(new Set(shop.ids.slice(4)).size).toBe(6)
  clock.advance(120_000)
  await world.worker.deliverDue()
  expect(new Set(shop.ids.slice(4))).toEqual(new Set(ids))
  const { rows } = await database().pool.query('select distinct state from webhook_deliveries')
  expect(rows).toEqual([{ state: 'delivered' }])
  expect(world.errors).toEqual([])
  await shop.close()
})
