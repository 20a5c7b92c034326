import { must } from '@holdfast/core'
import { type SealedRecord, sha256Text } from '@holdfast/envelope'
import { generateNodeKey, nodeCrypto, nodeSigningKey } from '@holdfast/envelope/node'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { statusOf } from '@holdfast/core'
import { ACCOUNT, sampleDevice, sampleId } from '../test-support/sample-rows.ts'
import { createTestDevice, type TestDevice } from '../test-support/test-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'

const database = sharedDatabase()
let gateway: TestGateway
let device: TestDevice

beforeEach(async () => {
  gateway = createTestGateway(database())
  device = await gateway.addDevice(1)
})

afterEach(() => gateway.close())

/** A whole stored sale: opened, then accepted without the issuer. */
async function storedSale(on = device) {
  const sale = on.newSale()
  const attempt = await on.read(sale)
  return { sale, attempt, records: [await on.opened(sale), await on.stored(sale, attempt)] }
}

async function codes(records: readonly (SealedRecord | object)[], from = device) {
  const { verdicts } = await gateway.send(from, records)
  return verdicts.map((verdict) => verdict.code ?? verdict.verdict)
}

async function count(table: 'records' | 'payments' | 'attempts'): Promise<number> {
  const { rows } = await gateway.database.pool.query<{ n: number }>(
    `select count(*)::integer as n from ${table}`,
  )
  return must(rows[0], 'a count').n
}

async function due(): Promise<string[]> {
  const { link, holdMs } = gateway.world.profile
  const rows = await gateway.world.store.duePayments({
    link,
    nowMs: gateway.clock.wallMs(),
    holdMs,
    liveMax: 9,
    storedMax: 9,
  })
  return rows.map(({ story }) => story.paymentId)
}

test('a stored sale is received, named by its hash, and stands as processing', async () => {
  const { sale, records } = await storedSale()
  const receipt = await gateway.send(device, records)
  expect(receipt.verdicts).toEqual(records.map(({ hash }) => ({ hash, verdict: 'received', code: null })))
  const row = await gateway.payment(sale.paymentId)
  expect(statusOf(row.story)).toBe('processing')
  expect(row).toMatchObject({ version: 1, storedMs: gateway.clock.wallMs(), dueMs: gateway.clock.wallMs() })
  expect(row.details[0]?.sealed).toBe(records[1]?.wire.sealed)
})

describe('a replay', () => {
  test('of a whole batch gets the same verdicts and changes nothing (MP16)', async () => {
    const { records, sale } = await storedSale()
    await gateway.send(device, records)
    const before = await gateway.payment(sale.paymentId)
    expect(await codes(records)).toEqual(['received', 'received'])
    expect(await codes([...records, ...records])).toEqual(Array.from({ length: 4 }, () => 'received'))
    expect(await gateway.payment(sale.paymentId)).toEqual(before)
    expect(await count('records')).toBe(2)
  })

  test('sent four times at the same moment makes one payment', async () => {
    const { records, sale } = await storedSale()
    const all = await Promise.all([1, 2, 3, 4].map(() => codes(records)))
    expect(all.flat().every((code) => code === 'received')).toBe(true)
    expect(await count('payments')).toBe(1)
    expect((await gateway.payment(sale.paymentId)).story.attempts).toHaveLength(1)
  })
})

test('a record that the database refuses is left out of the receipt, and holds up no other one', async () => {
  const { pool } = gateway.database
  await pool.query(`
    create function refuse_poison() returns trigger language plpgsql as $$
    begin raise exception 'no room for this one'; end $$;
    create trigger poison before insert on payments
    for each row when (new.amount_minor = 66600) execute function refuse_poison()`)
  try {
    const poison = device.newSale({ amountMinor: 66_600 })
    const [good, better] = [await storedSale(), await storedSale()]
    const refused = await device.opened(poison)
    const { verdicts } = await gateway.send(device, [...good.records, refused, ...better.records])
    expect(verdicts.map(({ hash }) => hash)).toEqual(
      [...good.records, ...better.records].map(({ hash }) => hash),
    )
    await expect(gateway.send(device, [refused])).rejects.toThrow()
    expect(gateway.errors).toHaveLength(1)
    // What was left out may be the void of what was not.
    expect(await due()).toEqual([])
  } finally {
    await pool.query('drop trigger poison on payments; drop function refuse_poison')
  }
  expect(await count('payments')).toBe(2)
})

test('P6: a stored sale waits while its device sets a record apart: it may be the void', async () => {
  const { sale, records } = await storedSale()
  const voided = await device.voided(sale)
  const { seq } = voided.header
  const later = await storedSale()
  await gateway.send(device, [...records, ...later.records], { throughSeq: seq - 1 })
  expect(await due()).toEqual([])
  await gateway.send(device, [voided], { throughSeq: seq + 2 })
  expect(await due()).toEqual([later.sale.paymentId])
})

test('records may come in any order, and the payment is the same', async () => {
  const { sale, attempt, records } = await storedSale()
  expect(await codes(records.toReversed())).toEqual(['received', 'received'])
  const row = await gateway.payment(sale.paymentId)
  expect(row.story.word).toMatchObject({ said: 'accepted', attemptId: attempt.attemptId })
})

test('a void that another device sends first closes nothing: the sale comes, and stands', async () => {
  const { sale, records } = await storedSale()
  const other = await gateway.addDevice(2)
  await gateway.send(other, [await other.voided(sale)])
  await gateway.send(device, records)
  expect(statusOf((await gateway.payment(sale.paymentId)).story)).toBe('processing')
})

test('a void that comes first closes the payment that comes later, and nobody is asked for it', async () => {
  const { sale, records } = await storedSale()
  const voided = await device.voided(sale)
  expect(await codes([voided])).toEqual(['received'])
  expect(await codes(records)).toEqual(['received', 'received'])
  const row = await gateway.payment(sale.paymentId)
  expect(statusOf(row.story)).toBe('canceled')
  expect(row.dueMs).toBeNull()
  expect((await gateway.outcomes(device)).map((outcome) => outcome.status)).toEqual(['canceled'])
})

describe('one bad item never blocks its batch, and each has its stable code', () => {
  /** A good sale on either side of the bad item. */
  async function between(bad: object): Promise<string[]> {
    const [first, last] = [await storedSale(), await storedSale()]
    const result = await codes([...first.records, bad, ...last.records])
    expect(result.toSpliced(2, 1)).toEqual(['received', 'received', 'received', 'received'])
    for (const { sale } of [first, last])
      expect(statusOf((await gateway.payment(sale.paymentId)).story)).toBe('processing')
    return result.slice(2, 3)
  }

  async function wire() {
    const record = await device.opened(device.newSale())
    return { ...record.wire }
  }

  test.each<[string, () => Promise<object>, string]>([
    ['not a record at all', () => Promise.resolve({}), 'record_malformed'],
    ['a number', () => Promise.resolve({ header: 7 }), 'record_malformed'],
    ['a header that is not JSON', async () => ({ ...(await wire()), header: '{"v":1' }), 'record_malformed'],
    [
      'bytes that no text of a database holds',
      async () => ({ ...(await wire()), header: '\0\ud800' }),
      'record_malformed',
    ],
    ['an unknown field beside the header', async () => ({ ...(await wire()), more: 1 }), 'record_malformed'],
    [
      'an unknown field in the header',
      () => device.opened(device.newSale(), { surprise: 1 }),
      'record_malformed',
    ],
    [
      'an amount that is no whole number',
      () => device.opened(device.newSale({ amountMinor: 12.5 })),
      'record_malformed',
    ],
    [
      'an oversized header',
      () => device.opened(device.newSale(), { reference: 'x'.repeat(20_000) }),
      'record_malformed',
    ],
    [
      'an oversized pad',
      () => device.opened(device.newSale(), { pad: 'x'.repeat(16_000) }),
      'record_malformed',
    ],
    [
      'a record of a version to come',
      () => device.append({ v: 2, kind: 'sale.opened' }),
      'record_version_unknown',
    ],
    [
      'a changed byte under the old signature',
      async () => {
        const { header, ...rest } = await wire()
        return { ...rest, header: header.replace('1250', '9250') }
      },
      'record_signature_invalid',
    ],
    [
      'a signature of another shape',
      async () => ({ ...(await wire()), signature: 'abc' }),
      'record_signature_invalid',
    ],
    [
      'a sealed block that is not the one it names',
      async () => {
        const sale = device.newSale()
        const record = await device.stored(sale, await device.read(sale))
        return { ...record.wire, sealed: '{}' }
      },
      'record_sealed_mismatch',
    ],
    [
      'another account',
      () => device.append({ kind: 'epoch.started', app: 'a', store: 's', account: sampleId('acct', 9) }),
      'record_account_foreign',
    ],
    [
      'another device',
      () => device.append({ kind: 'epoch.started', app: 'a', store: 's', device: sampleId('dev', 9) }),
      'record_account_foreign',
    ],
    [
      'live mode from a test device',
      () => device.append({ kind: 'epoch.started', app: 'a', store: 's', mode: 'live' }),
      'record_account_foreign',
    ],
  ])('%s', async (_what, bad, code) => {
    expect(await between(await bad())).toEqual([code])
    expect(await count('records')).toBe(5)
  })

  test('a record signed with a key that is not the device’s', async () => {
    const { row, readerId } = device
    const key = nodeSigningKey(generateNodeKey('ed25519'))
    const { clock, world } = gateway
    const sealKey = must(world.keys.sealPublicKeys[0], 'a sealing key')
    const thief = createTestDevice({ row, readerId, key, sealKey, crypto: nodeCrypto, clock })
    expect(await between(await thief.opened(thief.newSale()))).toEqual(['record_signature_invalid'])
  })

  test('is kept with all its bytes and the reason', async () => {
    const bad = { header: '{"v":1,"kind":"?"}', signature: 'sig', sealed: '{"s":1}', contact: null }
    await between(bad)
    const { rows } = await gateway.database.pool.query(
      `select header, signature, sealed, parked_code from records where parked_code is not null`,
    )
    expect(rows).toEqual([
      { header: bad.header, signature: 'sig', sealed: '{"s":1}', parked_code: 'record_malformed' },
    ])
    const { verdicts } = await gateway.send(device, [bad])
    expect(verdicts[0]?.hash).toBe(await sha256Text(nodeCrypto, bad.header))
  })

  test('a forged copy of a record does not take the place of the record', async () => {
    const { sale, records } = await storedSale()
    const [opened, stored] = records.map((record) => record.wire)
    expect(await codes([{ ...must(stored, 'stored'), sealed: '{}' }])).toEqual(['record_sealed_mismatch'])
    expect(await codes([must(opened, 'opened'), must(stored, 'stored')])).toEqual(['received', 'received'])
    expect(statusOf((await gateway.payment(sale.paymentId)).story)).toBe('processing')
  })
})

describe('what contradicts an earlier record is kept for review', () => {
  test('two records that continue the same one are a fork, and what follows the second too', async () => {
    const { records } = await storedSale()
    await gateway.send(device, records)
    device.rewindTo(must(records[0], 'opened'))
    const clone = await storedSale()
    expect(await codes(clone.records.slice(0, 1))).toEqual(['record_fork'])
    expect(await codes(clone.records.slice(1))).toEqual(['record_fork'])
    expect(await codes(clone.records)).toEqual(['record_fork', 'record_fork'])
    expect(await count('payments')).toBe(1)
    expect(await count('records')).toBe(4)
  })

  test('a fork within one batch leaves the first branch standing', async () => {
    const { sale, records } = await storedSale()
    device.rewindTo(must(records[0], 'opened'))
    const clone = await device.voided(sale)
    expect(await codes([...records, clone])).toEqual(['received', 'received', 'record_fork'])
    expect(statusOf((await gateway.payment(sale.paymentId)).story)).toBe('processing')
  })

  test('the same payment with another card is a suspected duplicate, and keeps its card for the review', async () => {
    const { sale, records } = await storedSale()
    const again = await device.stored(sale, await device.read(sale, 'mastercard', 2))
    expect(await codes([...records, again])).toEqual(['received', 'received', 'duplicate_suspected'])
    const { rows } = await gateway.database.pool.query(
      'select sealed from records where parked_code is not null',
    )
    expect(rows).toEqual([{ sealed: again.wire.sealed }])
    expect((await gateway.payment(sale.paymentId)).story.attempts).toHaveLength(1)
  })

  test.each([
    ['amount', { amountMinor: 1_251 }],
    ['currency', { currency: 'usd' }],
    ['capture method', { captureMethod: 'manual' }],
    ['sale', { saleId: sampleId('sale', 9) }],
  ] as const)('another %s than the payment was opened with', async (_what, change) => {
    const { sale, attempt, records } = await storedSale()
    const [opened] = records
    await gateway.send(device, [must(opened, 'opened')])
    const changed = await device.stored({ ...sale, ...change }, attempt)
    expect(await codes([changed])).toEqual(['payment_terms_mismatch'])
    expect(statusOf((await gateway.payment(sale.paymentId)).story)).toBe('requires_payment_method')
  })

  test('a device neither accepts nor voids the payment of another one', async () => {
    const other = await gateway.addDevice(2)
    const { sale, records } = await storedSale()
    await gateway.send(device, records)
    const claims = [await other.stored(sale, await other.read(sale)), await other.voided(sale)]
    expect(await codes(claims, other)).toEqual(['payment_terms_mismatch', 'payment_terms_mismatch'])
    expect(statusOf((await gateway.payment(sale.paymentId)).story)).toBe('processing')
  })
})

describe('the sealed block', () => {
  test('is kept once, with its attempt, and not beside the record', async () => {
    const { records } = await storedSale()
    await gateway.send(device, records)
    const { rows } = await gateway.database.pool.query('select sealed from records')
    expect(rows).toEqual([{ sealed: null }, { sealed: null }])
  })

  test('is erased from a payment that is voided before anybody was asked', async () => {
    const { sale, records } = await storedSale()
    await gateway.send(device, [...records, await device.voided(sale)])
    expect((await gateway.payment(sale.paymentId)).details.map((detail) => detail.sealed)).toEqual([null])
  })
})

describe('a request', () => {
  test('without a signature, of an unknown or a revoked device, or changed on its way is refused', async () => {
    const { records } = await storedSale()
    const body = { manifest: device.manifest(), records: records.map((record) => record.wire) }
    const good = await device.request('POST', '/device/v1/records', body)
    const revoked = await gateway.addDevice(3, { status: 'revoked' })
    const refusals: [object, number][] = [
      [{ ...good, headers: {} }, 401],
      [{ ...good, body: `${good.body} ` }, 401],
      [{ ...good, path: '/device/v1/attempts' }, 401],
      [{ ...good, method: 'PUT' }, 401],
      [await revoked.request('POST', '/device/v1/records', body), 401],
      [await device.request('POST', '/device/v1/records', { ...body, manifest: {} }), 400],
      [await device.request('POST', '/device/v1/records', { ...body, records: [] }), 400],
      [await device.request('POST', '/device/v1/nothing', body), 404],
    ]
    for (const [request, status] of refusals)
      expect((await gateway.api({ ...good, ...request })).status).toBe(status)
    expect(await count('records')).toBe(0)
    expect((await gateway.api(good)).status).toBe(200)
  })
})

test('each outcome reaches the feed of its own device, numbered from 1', async () => {
  const other = await gateway.addDevice(2)
  for (const from of [device, other, device]) {
    const { sale, records } = await storedSale(from)
    await gateway.send(from, [...records, await from.voided(sale)])
  }
  expect(await gateway.outcomes(device)).toHaveLength(2)
  expect(await gateway.outcomes(other)).toHaveLength(1)
  const { rows } = await gateway.database.pool.query('select device, n::integer from feed order by device, n')
  expect(rows).toEqual([
    { device: sampleDevice(1).deviceId, n: 1 },
    { device: sampleDevice(1).deviceId, n: 2 },
    { device: sampleDevice(2).deviceId, n: 1 },
  ])
})

test('nothing of one account is seen or changed from another', async () => {
  const { sale, records } = await storedSale()
  await gateway.send(device, records)
  const stranger = await gateway.addDevice(7, { account: sampleId('acct', 7), location: sampleId('loc', 7) })
  expect(await codes([await stranger.voided(sale)], stranger)).toEqual(['received'])
  expect(statusOf((await gateway.payment(sale.paymentId)).story)).toBe('processing')
  const { voids } = await gateway.world.store.payments(ACCOUNT, [sale.paymentId])
  expect(voids).toEqual([])
})
