import { describe, expect, test } from 'vitest'
import { transaction } from '../database/transaction.ts'
import { renderObjects } from '../dialects/stripe/render-object.ts'
import { settle } from '../payments/settle.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import {
  ACCOUNT,
  sampleDevice,
  sampleId,
  samplePayment,
  type SamplePayment,
  sampleStates,
} from '../test-support/sample-rows.ts'
import { seedDevice } from '../test-support/seed-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway } from '../test-support/test-gateway.ts'
import { publishEvents } from './publish-events.ts'
import { recordEvent } from './record-event.ts'

const device = { account: ACCOUNT, mode: 'test', object: 'device', id: sampleId('dev', 1), atMs: 1 } as const

describe('events', () => {
  const database = sharedDatabase()

  test('are there exactly when their cause is', async () => {
    await seedDevice(database().pool, sampleDevice())
    const failed = transaction(database().pool, async (tx) => {
      await recordEvent(tx, { ...device, type: 'device.online' })
      throw new Error('the cause fails')
    })
    await expect(failed).rejects.toThrow('the cause fails')
    await transaction(database().pool, async (tx) => {
      await recordEvent(tx, { ...device, type: 'device.offline', previousAttributes: { status: 'online' } })
      for (let twice = 0; twice < 2; twice += 1)
        await recordEvent(tx, { ...device, type: 'device.revoked', eventId: 'evt_derived' })
    })
    await publishAll()
    expect(await told()).toEqual(['device.offline', 'device.revoked'])
  })

  test('of a stored payment tell its whole story, each once, with the object beside it', async () => {
    await storedPayment()
    await publishAll()
    expect(await told()).toEqual([
      'charge.succeeded',
      'offline_payment.authorised',
      'payment_intent.created',
      'payment_intent.succeeded',
    ])
    const { rows } = await database().pool.query(
      `select snapshot->>'status' as status, snapshot->'offline'->>'kind' as kind from events
       where type = 'offline_payment.authorised'`,
    )
    expect(rows).toEqual([{ status: 'succeeded', kind: 'deferred' }])
  })

  test.each<[string, SamplePayment['states'], Partial<PaymentRow>, string[]]>([
    ['comes in', [sampleStates.planned], {}, ['offline_payment.received', 'offline_payment.stored']],
    ['is declined', [sampleStates.declined], {}, ['offline_payment.declined']],
    [
      'is given up because it came too late',
      [sampleStates.expired],
      { story: { givenUp: { why: 'deferred_too_old', note: 'a week' } } as PaymentRow['story'] },
      ['offline_payment.expired'],
    ],
    [
      'waits for a person',
      [sampleStates.planned],
      { attention: 'never_decided' },
      ['offline_payment.received', 'offline_payment.review', 'offline_payment.stored'],
    ],
  ])('tell what only a stored payment can come to: it %s', async (_what, states, row, wanted) => {
    await storedPayment(states, row)
    await publishAll()
    const offline = (await told()).filter((type) => type.startsWith('offline_payment.'))
    expect(offline).toEqual(wanted)
  })

  test('that are published by many processes at once are published once', async () => {
    await storedPayment()
    await Promise.all(Array.from({ length: 4 }, publishAll))
    await publishAll()
    expect((await told()).length).toBe(4)
  })

  test('of an object that cannot be shown go out with its kind and id, and hold up nothing', async () => {
    await seedDevice(database().pool, sampleDevice())
    await transaction(database().pool, (tx) => recordEvent(tx, { ...device, type: 'device.online' }))
    await publishAll(async (tx) => {
      await tx.query('select from no_such_table')
      return new Map()
    })
    const { rows } = await database().pool.query('select snapshot from events')
    expect(rows).toEqual([{ snapshot: { id: device.id, object: 'device' } }])
  })

  async function publishAll(render = renderObjects): Promise<void> {
    const log = { info: () => undefined, error: () => undefined }
    const publishing = {
      pool: database().pool,
      nowMs: () => 5,
      log,
      render,
      gatewayUrl: 'http://gateway.test',
    }
    while ((await publishEvents(publishing)) > 0) continue
  }

  /** As intake and authoriser write it. */
  async function storedPayment(
    states: SamplePayment['states'] = [sampleStates.approved],
    changes: Partial<PaymentRow> = {},
  ): Promise<void> {
    const gateway = createTestGateway(database())
    await gateway.addDevice(1)
    const { story, ...row } = samplePayment(1, {
      word: { said: 'accepted', attemptId: sampleId('att', 11), atMs: 1, via: 'offline', kind: 'deferred' },
      states,
      row: { storedMs: 1 },
    })
    const whole = { ...row, ...changes, story: { ...story, ...changes.story } }
    const change = await settle(gateway.world, null, whole, 3)
    expect(await gateway.world.store.commit(change)).toBe('committed')
    await gateway.close()
  }

  async function told(): Promise<string[]> {
    const { rows } = await database().pool.query<{ type: string }>(
      'select type from events where published_ms is not null order by type',
    )
    return rows.map(({ type }) => type)
  }
})
