import { must } from '@holdfast/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { openPool } from '../database/open-pool.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import {
  acceptedOffline,
  ACCOUNT,
  LINK,
  sampleDevice,
  sampleId,
  samplePayment,
  sampleStates,
} from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { seedDevice } from '../test-support/seed-device.ts'
import { workOf } from '../test-support/work-of.ts'
import { gatewayStoreContract } from '../store-contract/gateway-store-contract.ts'
import { createPostgresGatewayStore } from './postgres-gateway-store.ts'

const database = sharedDatabase()

gatewayStoreContract('PostgreSQL', () =>
  Promise.resolve({
    store: createPostgresGatewayStore(database().pool),
    addDevice: (device) => seedDevice(database().pool, device),
  }),
)

test('what is known of a batch is looked up, not searched for among all that the device has sent', async () => {
  const { pool, url } = database()
  await seedDevice(pool, sampleDevice())
  await pool.query(`
    insert into records (account, device, hash, prev, kind, header, signature, received_ms)
    select account, device, lpad(to_hex(n), 64, '0'), case when n > 1 then lpad(to_hex(n - 1), 64, '0') end,
      'tip.closed', '{}', 'sig', 1
    from devices, generate_series(1, 3000) as n`)
  // One connection, since each counts what it reads by itself.
  const one = openPool({ connectionString: url, connectionsMax: 1, log: () => undefined })
  const rowsRead = async () => {
    await one.query('select pg_stat_force_next_flush()')
    const { rows } = await one.query<{ count: number }>(
      `select (seq_tup_read + idx_tup_fetch)::integer as count from pg_stat_user_tables where relname = 'records'`,
    )
    return must(rows[0], 'the table is there').count
  }
  const before = await rowsRead()
  const hashes = [2_999, 3_000, 3_001, 3_002].map((n) => n.toString(16).padStart(64, '0'))
  const known = await createPostgresGatewayStore(one).knownRecords(sampleId('dev', 1), {
    hashes,
    prevs: hashes,
    first: true,
  })
  expect(known.map(({ hash }) => Number.parseInt(hash, 16)).toSorted((a, b) => a - b)).toEqual([
    1, 2_999, 3_000,
  ])
  expect((await rowsRead()) - before).toBeLessThan(20)
  await one.end()
})

test('a payment is looked up, also by a connection that began with an empty table', async () => {
  const { pool, url } = database()
  await seedDevice(pool, sampleDevice())
  const one = openPool({ connectionString: url, connectionsMax: 1, log: () => undefined })
  const store = createPostgresGatewayStore(one)
  const look = () =>
    store.payments(ACCOUNT, [sampleId('pi', 1), sampleId('pi', 2_999), sampleId('pi', 9_999)])
  // So often that the plan is made for good, while the planner has seen nothing.
  for (let at = 0; at < 8; at += 1) await look()
  for (let n = 5_001; n <= 5_008; n += 1) await store.commit({ payments: [samplePayment(n)] })
  await insertPayments(pool, { first: 1, count: 3_000 })
  const before = await workOf(one)
  expect((await look()).rows).toHaveLength(2)
  expect((await workOf(one)).blocks - before.blocks).toBeLessThan(30)
  await store.commit({ payments: [samplePayment(6_001)] })
  expect((await workOf(one)).scanned).toBe(before.scanned)
  await one.end()
})

test('P6: what is due is found without reading what devices are still delivering', async () => {
  const { pool, url } = database()
  await seedDevice(pool, sampleDevice())
  await seedDevice(pool, sampleDevice(2))
  const nowMs = 1_800_000_200_000
  await insertPayments(pool, { first: 1, count: 3_000 })
  await pool.query('update payments set due_ms = 1, opened_ms = 1, received_ms = $1', [nowMs])
  await pool.query('update devices set stated_seq = 9000 where device = $1', [sampleId('dev', 1)])
  const one = openPool({ connectionString: url, connectionsMax: 1, log: () => undefined })
  const store = createPostgresGatewayStore(one)
  const row = { storedMs: 1, receivedMs: nowMs, openedMs: nowMs, deviceId: sampleId('dev', 2) }
  await store.commit({ payments: [samplePayment(7_001, { row })] })
  const query = { link: LINK, nowMs, holdMs: 60_000, liveMax: 32, storedMax: 32 }
  await store.duePayments(query)
  const before = await workOf(one)
  const due = await store.duePayments(query)
  expect(due.map(({ story }) => story.paymentId)).toEqual([sampleId('pi', 7_001)])
  expect((await workOf(one)).blocks - before.blocks).toBeLessThan(60)
  await one.end()
})

describe('the table refuses what core never decides', () => {
  const approved = samplePayment(1, { word: acceptedOffline(1), states: [sampleStates.approved] })

  beforeEach(async () => {
    await seedDevice(database().pool, sampleDevice())
    await createPostgresGatewayStore(database().pool).commit({ payments: [approved] })
  })

  test.each([
    ['a status that does not follow from the word', `update payments set status = 'canceled'`],
    ['an accepted word without its attempt', `update payments set word_attempt = null`],
    ['an online acceptance with an offline kind', `update payments set word_via = 'online'`],
    ['a payment of nothing', `update payments set amount_minor = 0`],
    ['an amount beyond DE4', `update payments set amount_minor = 1000000000000`],
    ['a capture that waits though it is automatic', `update payments set status = 'requires_capture'`],
    ['an approval without its code', `update attempts set approval_code = null`],
    ['an approval that was never sent', `update attempts set stan = null`],
    ['track data beside an approval', `update attempts set sealed = '{}'`],
    ['a planned attempt with an answer', `update attempts set state = 'planned'`],
    [
      'a reversal without a reason',
      `update attempts set state = 'reversed', approval_code = null, response_code = null, answered_ms = null`,
    ],
    [
      'a second standing approval',
      `insert into attempts select (jsonb_populate_record(a, '{"number": 2, "charge": "ch_2", "stan": "999999", "rrn": "ZZZZZZZZZZZZ"}')).* from attempts a`,
    ],
    [
      'the same STAN twice on one terminal and day',
      `insert into attempts select (jsonb_populate_record(a, '{"number": 2, "charge": "ch_2", "wanted": false, "rrn": "ZZZZZZZZZZZZ"}')).* from attempts a`,
    ],
    [
      'the same RRN twice on one terminal',
      `insert into attempts select (jsonb_populate_record(a, '{"number": 2, "charge": "ch_2", "wanted": false, "stan": "999999"}')).* from attempts a`,
    ],
    [
      'the same charge twice',
      `insert into attempts select (jsonb_populate_record(a, '{"number": 2, "wanted": false, "stan": "999999", "rrn": "ZZZZZZZZZZZZ"}')).* from attempts a`,
    ],
    ['a payment of an unknown device', `update payments set device = 'dev_x'`],
    ['a wrong generation', `update settings set generation = 0`],
  ])('%s', async (_what, sql) => {
    await expect(database().pool.query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^23/) })
  })

  test('the same statements with nothing wrong in them pass', async () => {
    const { rowCount } = await database().pool.query(
      `insert into attempts select (jsonb_populate_record(a,
         '{"number": 2, "charge": "ch_2", "wanted": false, "stan": "999999", "rrn": "ZZZZZZZZZZZZ"}')).* from attempts a`,
    )
    expect(rowCount).toBe(1)
  })
})

test('two processes on one database are fenced and versioned alike', async () => {
  await seedDevice(database().pool, sampleDevice())
  const [one, two] = [
    createPostgresGatewayStore(database().pool),
    createPostgresGatewayStore(database().pool),
  ]
  await one.commit({ payments: [samplePayment(1)] })
  const results = await Promise.all([
    one.commit({ payments: [{ ...samplePayment(1), version: 1 }] }),
    two.commit({ payments: [{ ...samplePayment(1), version: 1 }] }),
  ])
  expect(results.sort()).toEqual(['committed', 'conflict'])
})

test('two processes that feed many devices at once leave no gap, no double and no deadlock', async () => {
  const deviceIds = [1, 2, 3, 4, 5].map((n) => sampleId('dev', n))
  for (const [at] of deviceIds.entries()) await seedDevice(database().pool, sampleDevice(at + 1))
  const stores = [createPostgresGatewayStore(database().pool), createPostgresGatewayStore(database().pool)]
  const statement = { payload: '{}', keyId: 'k', signature: 's' }
  const commits = Array.from({ length: 60 }, (_, at) => {
    const order = at % 2 === 0 ? deviceIds : deviceIds.toReversed()
    const outcomes = order.map((deviceId) => ({ deviceId, paymentId: sampleId('pi', 1), statement }))
    return must(stores[at % 2], 'two stores').commit({ outcomes })
  })
  expect(new Set(await Promise.all(commits))).toEqual(new Set(['committed']))
  for (const deviceId of deviceIds) {
    const rows = await stores[0]?.feed({ deviceId, after: 0, limit: 100 })
    expect(rows?.map((row) => row.n)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1))
  }
})
