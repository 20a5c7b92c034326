import { must, newId, toBase64Url } from '@holdfast/core'
import { openStatement } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { deviceStanding, intakeReceipt, type Signed } from '@holdfast/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import type { TestDevice } from '../test-support/test-device.ts'
import { sampleId } from '../test-support/sample-rows.ts'

const database = sharedDatabase()
let gateway: TestGateway
let owner: TestDevice
let carrier: TestDevice

beforeEach(async () => {
  gateway = createTestGateway(database())
  owner = await gateway.addDevice(1)
  carrier = await gateway.addDevice(2)
})
afterEach(() => gateway.close())

async function soldBy(device: TestDevice) {
  const sale = device.newSale()
  const attempt = await device.read(sale)
  return { sale, records: [await device.opened(sale), await device.stored(sale, attempt)] }
}

async function carry(from: TestDevice, onBehalfOf: string, records: readonly { wire: object }[]) {
  const body = {
    manifest: { ...owner.manifest(), headSeq: 900 },
    onBehalfOf,
    records: records.map(({ wire }) => wire),
  }
  return gateway.api(await from.request('POST', '/device/v1/records', body))
}

function signers() {
  const { signing } = gateway.world.keys
  return [{ keyId: signing.keyId, publicKey: toBase64Url(signing.publicKey) }]
}

async function receiptOf(answer: { body: unknown }) {
  const { receipt } = answer.body as { receipt: Signed }
  return must(
    await openStatement(nodeCrypto, signers(), 'receipt', intakeReceipt, receipt),
    'a signed receipt',
  )
}

test('SQ11: records of one device that another one brings are received in the name of their owner', async () => {
  const { sale, records } = await soldBy(owner)
  const receipt = await receiptOf(await carry(carrier, owner.row.deviceId, records))
  expect(receipt.device).toBe(owner.row.deviceId)
  expect(receipt.verdicts.map(({ verdict }) => verdict)).toEqual(['received', 'received'])
  expect((await gateway.payment(sale.paymentId)).deviceId).toBe(owner.row.deviceId)
  // Brought once more by their owner, they are the same.
  expect((await gateway.send(owner, records)).verdicts).toEqual(receipt.verdicts)
  const known = must(await gateway.world.store.device(owner.row.deviceId), 'known')
  expect(known.statedSeq).toBeLessThan(900)
})

test('TM16: a carrier can neither write records for the owner nor change one', async () => {
  const { records } = await soldBy(owner)
  const forged = await soldBy(carrier)
  const receipt = await receiptOf(await carry(carrier, owner.row.deviceId, forged.records))
  expect(receipt.verdicts.map(({ code }) => code)).toEqual([
    'record_account_foreign',
    'record_account_foreign',
  ])
  const [first] = records
  const wire = must(first, 'one').wire
  const changed = { wire: { ...wire, header: wire.header.replace('"eur"', '"usd"') } }
  const answer = await receiptOf(await carry(carrier, owner.row.deviceId, [changed]))
  expect(answer.verdicts).toMatchObject([{ verdict: 'parked', code: 'record_signature_invalid' }])
})

test('fault 24: a device of another account or mode, and one that does not exist, are the same refusal', async () => {
  const { records } = await soldBy(owner)
  const stranger = await gateway.addDevice(3, { account: sampleId('acct', 9) })
  const live = await gateway.addDevice(4, { mode: 'live' })
  const nobody = newId('dev', { wallMs: () => 1, randomBytes: (length) => nodeCrypto.randomBytes(length) })
  for (const [from, of] of [
    [stranger, owner.row.deviceId],
    [live, owner.row.deviceId],
    [carrier, nobody],
  ] as const) {
    expect(await carry(from, of, records)).toMatchObject({
      status: 403,
      body: { error: { code: 'record_account_foreign' } },
    })
  }
})

test('fault 69: what a revoked device had stored is kept for review, with its card', async () => {
  const { sale, records } = await soldBy(owner)
  await gateway.database.pool.query(`update devices set status = 'revoked' where device = $1`, [
    owner.row.deviceId,
  ])
  const receipt = await receiptOf(await carry(carrier, owner.row.deviceId, records))
  expect(receipt.verdicts.map(({ code }) => code)).toEqual(['device_revoked', 'device_revoked'])
  const { rows } = await gateway.world.store.payments(owner.row.account, [sale.paymentId])
  expect(rows).toEqual([])
  const kept = await gateway.database.pool.query(
    'select sealed is not null as card from records where parked_code = $1 order by seq',
    ['device_revoked'],
  )
  expect(kept.rows).toEqual([{ card: false }, { card: true }])
})

async function standingOf(device: TestDevice) {
  const answer = await gateway.api(await device.request('GET', '/device/v1/feed?generation=1&after=0'))
  const { standing } = answer.body as { standing: Signed }
  return must(await openStatement(nodeCrypto, signers(), 'standing', deviceStanding, standing), 'signed')
}

test('MP12: the gateway states what is in and, only when told that its commits are durable, what is durable', async () => {
  const { records } = await soldBy(owner)
  await gateway.send(owner, records)
  expect(await standingOf(owner)).toMatchObject({ receivedSeq: 2, durableSeq: 0, forked: false })
  Object.assign(gateway.world, { durable: 'commit' })
  expect(await standingOf(owner)).toMatchObject({ receivedSeq: 2, durableSeq: 2 })
  Object.assign(gateway.world, { durable: 'backup' })
  expect(await standingOf(owner)).toMatchObject({ receivedSeq: 2, durableSeq: 0 })
  const { account, deviceId } = owner.row
  await gateway.database.pool.query(
    'insert into device_backups (account, device, safe_seq, taken_at_ms) values ($1, $2, 1, 0)',
    [account, deviceId],
  )
  expect(await standingOf(owner)).toMatchObject({ receivedSeq: 2, durableSeq: 1 })
})

test('fault 28: both branches of a clone are kept, and both devices are told', async () => {
  const first = await soldBy(owner)
  await gateway.send(owner, first.records)
  owner.rewindTo(must(first.records[0], 'the opening'))
  const second = await soldBy(owner)
  const receipt = await gateway.send(owner, second.records)
  expect(receipt.verdicts.map(({ code }) => code)).toEqual(['record_fork', 'record_fork'])
  expect(await standingOf(owner)).toMatchObject({ forked: true })
  expect(await standingOf(carrier)).toMatchObject({ forked: false })
})

test('a device that comes twice from nothing is a fork too: there is one first record', async () => {
  const one = await soldBy(owner)
  owner.rewindTo({
    ...must(one.records[0], 'first'),
    hash: null as never,
    header: { ...must(one.records[0], 'first').header, seq: 0 },
  })
  const other = await soldBy(owner)
  const results = await Promise.all([gateway.send(owner, one.records), gateway.send(owner, other.records)])
  const codes = results.map(({ verdicts }) => verdicts.map(({ code }) => code))
  expect(codes).toContainEqual([null, null])
  expect(codes).toContainEqual(['record_fork', 'record_fork'])
})
