import type { Clock } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { renderObjects } from '../dialects/stripe/render-object.ts'
import { publishEvents } from '../events/publish-events.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import type { TestDevice } from '../test-support/test-device.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import { noteQueues } from './tell-drained.ts'
import { createDeviceWatch, type DeviceWatch } from './watch-devices.ts'

const STEP_MS = 10_000
const MINUTE_MS = 60_000
const database = sharedDatabase()
let gateway: TestGateway
let device: TestDevice
let watch: DeviceWatch

beforeEach(async () => {
  gateway = createTestGateway(database())
  device = await gateway.addDevice(1)
  watch = watchWith()
})
afterEach(async () => {
  expect(gateway.errors).toEqual([])
  await gateway.close()
})

describe('whether a device is there is told when it changes, once', () => {
  test('it falls silent, and comes back', async () => {
    await passes(MINUTE_MS)
    expect(await told()).toEqual([])
    await contact()
    await passes(3 * MINUTE_MS - STEP_MS)
    expect(await told()).toEqual(['device.online'])
    await passes(60 * MINUTE_MS)
    expect(await told()).toEqual(['device.online', 'device.offline'])
    await contact()
    await passes(MINUTE_MS)
    expect(await told()).toEqual(['device.online', 'device.offline', 'device.online'])
  })

  test('the event shows it as it is, and what has changed', async () => {
    await contact()
    await passes(4 * MINUTE_MS)
    await publish()
    const { rows } = await database().pool.query(
      `select snapshot->'online' as online, previous_attributes as before from events where type = 'device.offline'`,
    )
    expect(rows).toEqual([{ online: false, before: { online: true } }])
  })

  test('one that is in contact now and then, within three minutes, is never told to be away', async () => {
    for (let n = 0; n < 20; n += 1) {
      await contact()
      await passes(2.9 * MINUTE_MS)
    }
    expect(await told()).toEqual(['device.online'])
  })

  test('many processes that look at the same moment tell it once', async () => {
    const watches = [watch, watchWith(), watchWith(), watchWith()]
    await contact()
    await Promise.all(watches.map((each) => each.look()))
    expect(await told()).toEqual(['device.online'])
    await passes(10 * MINUTE_MS, watches)
    expect(await told()).toEqual(['device.online', 'device.offline'])
  })

  test('a gateway that was away itself, or lost its database, calls no device silent for that', async () => {
    await contact()
    await watch.look()
    // Nobody looks, as nobody could be heard.
    gateway.clock.advance(60 * MINUTE_MS)
    await passes(2 * MINUTE_MS)
    await contact()
    await passes(MINUTE_MS)
    expect(await told()).toEqual(['device.online'])
    let isAway = true
    const lost = watchWith({
      pool: new Proxy(database().pool, {
        get: (pool, name) =>
          name === 'connect' && isAway
            ? () => Promise.reject(new Error('the database is away'))
            : (Reflect.get(pool, name) as unknown),
      }),
    })
    for (let at = 0; at < 10 * MINUTE_MS; at += STEP_MS) {
      gateway.clock.advance(STEP_MS)
      await expect(lost.look()).rejects.toThrow('away')
    }
    isAway = false
    await passes(2 * MINUTE_MS, [lost])
    expect(await told()).toEqual(['device.online'])
  })

  test('a wall clock that is set an hour ahead calls no device silent', async () => {
    let aheadMs = 0
    const clock = { ...gateway.clock, wallMs: () => gateway.clock.wallMs() + aheadMs }
    const jumping = watchWith({ clock })
    await contact()
    await passes(MINUTE_MS, [jumping])
    aheadMs = 60 * MINUTE_MS
    await passes(2 * MINUTE_MS, [jumping])
    expect(await told()).toEqual(['device.online'])
  })

  test('one that was revoked is not called silent', async () => {
    await contact()
    await watch.look()
    await database().pool.query(`update devices set status = 'revoked'`)
    await passes(10 * MINUTE_MS)
    expect(await told()).toEqual(['device.online'])
  })
})

describe('that a device has delivered all that it stored', () => {
  test('is told when the last of it is in, once for each outage', async () => {
    const outage = await stored(3)
    await gateway.send(device, outage.slice(0, 2))
    await publish()
    await watch.look()
    expect(await told('device.queue_drained')).toEqual([])
    await gateway.send(device, outage.slice(2))
    await publish()
    await Promise.all([watch.look(), watchWith().look()])
    await watch.look()
    expect(await told('device.queue_drained')).toHaveLength(1)
    await gateway.send(device, await stored(1))
    await publish()
    await watch.look()
    expect(await told('device.queue_drained')).toHaveLength(2)
  })

  test('is not told of sales that were online all the time', async () => {
    const sale = device.newSale()
    await gateway.send(device, [
      await device.opened(sale),
      await device.attempted(sale, await device.read(sale)),
    ])
    await publish()
    await watch.look()
    expect(await told('device.queue_drained')).toEqual([])
  })
})

function watchWith({ clock = gateway.clock, pool = database().pool }: { clock?: Clock; pool?: Pool } = {}) {
  return createDeviceWatch({ pool, clock, crypto: nodeCrypto, log: gateway.world.log })
}

/** As the device's feed asks, all the time while it is in contact. */
async function contact(): Promise<void> {
  await gateway.outcomes(device)
}

async function passes(ms: number, watches: readonly DeviceWatch[] = [watch]): Promise<void> {
  for (let at = 0; at < ms; at += STEP_MS) {
    await Promise.all(watches.map((each) => each.look()))
    gateway.clock.advance(Math.min(STEP_MS, ms - at))
  }
}

async function stored(count: number) {
  const records = []
  for (let n = 0; n < count; n += 1) {
    const sale = device.newSale()
    const attempt = await device.read(sale)
    records.push(await device.opened(sale), await device.stored(sale, attempt))
  }
  return records
}

async function publish(): Promise<void> {
  const { clock, log } = gateway.world
  const publishing = {
    pool: database().pool,
    nowMs: () => clock.wallMs(),
    log,
    render: renderObjects,
    gatewayUrl: 'http://gateway.test',
  }
  while ((await publishEvents({ ...publishing, follow: noteQueues })) > 0) continue
}

async function told(type = 'device.%'): Promise<string[]> {
  const { rows } = await database().pool.query<{ type: string }>(
    'select type from events where type like $1 order by position',
    [type],
  )
  return rows.map((row) => row.type)
}
