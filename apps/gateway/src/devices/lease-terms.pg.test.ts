import { openStatement, parseJson } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { toBase64Url } from '@holdfast/core'
import { lease as leaseSchema, type Lease } from '@holdfast/protocol'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase } from '../database/test-database.ts'
import type { DeviceRow } from '../store/gateway-store.ts'
import { ACCOUNT, LOCATION, sampleId } from '../test-support/sample-rows.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import { defaultOfflineTerms } from './default-offline-terms.ts'
import { loadLeaseTerms } from './lease-terms.ts'
import { renewLease } from './make-lease.ts'
import { acceptOfflineLiability } from './offline-liability.ts'

let gateway: TestGateway
let count = 0
let tills: string[] = []

beforeAll(async () => {
  gateway = createTestGateway(await createTestDatabase())
})
afterAll(() => gateway.close())

/** Two new tills at the location; those of the tests before are revoked and their leases over. */
beforeEach(async () => {
  await sql(`update devices set status = 'revoked'`)
  await sql('delete from offline_grants')
  await sql('update locations set offline_cap = null, country = null')
  await sql('update accounts set offline_terms = null')
  tills = []
  for (let n = 0; n < 2; n += 1) {
    count += 1
    tills.push((await gateway.addDevice(count)).row.deviceId)
  }
})

test('SQ7: without somebody who took the risk on, nothing is allowed offline; then the lease names who, when and which text', async () => {
  await sql('update accounts set liability_by = null, liability_ms = null, liability_text = null')
  expect(await leaseFor(0)).toMatchObject({ allowed: false, liability: null })
  const accepted = { by: 'Ada', textVersion: '1' }
  await acceptOfflineLiability(gateway.database.pool, ACCOUNT, accepted, 1_234)
  expect(await leaseFor(0)).toMatchObject({
    allowed: true,
    liability: { acceptedBy: 'Ada', acceptedMs: 1_234, textVersion: '1' },
  })
})

test('a merchant names what differs; the rest is the default’s', async () => {
  await sql(`update accounts set offline_terms = '{"denied": ["card-1"], "entryModes": ["contact"]}'`)
  const { allowed, denied, entryModes, kinds } = await leaseFor(0)
  expect({ allowed, denied, entryModes, kinds }).toEqual({
    allowed: true,
    denied: ['card-1'],
    entryModes: ['contact'],
    kinds: defaultOfflineTerms.kinds,
  })
})

test('TM9: where the region wants the customer verified, a tap must be', async () => {
  expect((await leaseFor(0)).cvms).toEqual({})
  await sql(`update locations set country = 'ie'`)
  expect((await leaseFor(0)).cvms).toEqual({ contactless: ['device', 'offline_pin'] })
  await sql(`update locations set country = 'us'`)
  expect((await leaseFor(0)).cvms).toEqual({})
})

test('without a cap each device has what it may have', async () => {
  expect((await leaseFor(0)).deviceTotals).toEqual(defaultOfflineTerms.deviceTotals)
  expect((await leaseFor(1)).deviceTotals).toEqual(defaultOfflineTerms.deviceTotals)
})

test('the shares of a location stay within its cap, each device an equal one', async () => {
  await cap(1_000_00, 100)
  expect((await leaseFor(0)).deviceTotals).toEqual(share(500_00, 50))
  expect((await leaseFor(1)).deviceTotals).toEqual(share(500_00, 50))
})

test('a share that is made smaller is free for others only when its device goes by the new lease', async () => {
  await cap(1_000_00, 100)
  await sql(`update devices set status = 'revoked' where device = $1`, [tills[1]])
  const alone = await leaseFor(0)
  expect(alone.deviceTotals).toEqual(share(1_000_00, 100))
  await sql(`update devices set status = 'active' where device = $1`, [tills[1]])
  expect((await leaseFor(1)).deviceTotals).toEqual(share(0, 0))
  // The answer with the smaller share may be lost: what the device goes by is what it says.
  const smaller = await leaseFor(0, alone.number)
  expect(smaller.deviceTotals).toEqual(share(500_00, 50))
  expect((await leaseFor(1)).deviceTotals).toEqual(share(0, 0))
  await leaseFor(0, alone.number)
  expect((await leaseFor(1)).deviceTotals).toEqual(share(0, 0))
  await leaseFor(0, smaller.number)
  expect((await leaseFor(1)).deviceTotals).toEqual(share(500_00, 50))
})

test('a revoked device keeps its share for as long as its lease lives', async () => {
  await cap(1_000_00, 100)
  await leaseFor(0)
  await sql(`update devices set status = 'revoked' where device = $1`, [tills[0]])
  expect((await leaseFor(1)).deviceTotals).toEqual(share(500_00, 50))
  gateway.clock.advance(8 * 86_400_000)
  expect((await leaseFor(1)).deviceTotals).toEqual(share(1_000_00, 100))
})

test('two devices that ask at the same moment never take the same rest', async () => {
  await cap(1_000_00, 100)
  for (let round = 0; round < 5; round += 1) {
    await sql('delete from offline_grants')
    const leases = await Promise.all([leaseFor(0), leaseFor(1)])
    const sum = leases.reduce(
      (total, { deviceTotals }) => total + (deviceTotals.storedTotalMinor.eur ?? 0),
      0,
    )
    expect(sum).toBeLessThanOrEqual(1_000_00)
  }
})

test('SQ4: a limit that is changed is in the next lease', async () => {
  const before = await leaseFor(0)
  await sql(`update devices set offline_terms = '{"allowed": false}' where device = $1`, [tills[0]])
  const after = await leaseFor(0)
  expect(after).toMatchObject({ allowed: false, number: before.number + 1 })
})

test('TM17: the tips that a location’s configuration suggests are in the lease, else the account’s, and their change at the next contact', async () => {
  const suggested = (eur: object) => JSON.stringify({ eur })
  expect(await leaseFor(0)).not.toHaveProperty('tipping')
  await sql(
    `insert into terminal_configurations (account, configuration, mode, is_account_default, tipping, created_ms)
     values ($1, $2, 'test', true, $3, 0), ($1, $4, 'test', false, $5, 0)`,
    [
      ACCOUNT,
      sampleId('tmc', 1),
      suggested({ percentages: [10, 20] }),
      sampleId('tmc', 2),
      suggested({ fixed_amounts: [100], smart_tip_threshold: 1_000 }),
    ],
  )
  const before = await leaseFor(0)
  expect(before.tipping).toEqual({ eur: { percentages: [10, 20], fixedMinor: [], fixedBelowMinor: null } })
  await sql('update locations set configuration = $1', [sampleId('tmc', 2)])
  const placed = await leaseFor(0)
  expect(placed.number).toBeGreaterThan(before.number)
  expect(placed.tipping).toEqual({ eur: { percentages: [], fixedMinor: [100], fixedBelowMinor: 1_000 } })
  await sql('update locations set configuration = null')
  await sql('delete from terminal_configurations')
  expect(await leaseFor(0)).not.toHaveProperty('tipping')
})

function share(eur: number, storedCount: number) {
  return { storedTotalMinor: { eur }, storedCount }
}

function cap(eur: number, storedCount: number) {
  return sql('update locations set offline_cap = $1', [JSON.stringify(share(eur, storedCount))])
}

function sql(text: string, values: readonly unknown[] = []) {
  return gateway.database.pool.query(text, [...values])
}

async function leaseFor(till: number, held: number | null = null): Promise<Lease> {
  const { world, database, clock } = gateway
  const row = await deviceRow(till)
  const terms = await loadLeaseTerms(database.pool, row, clock.wallMs(), held)
  const signed = await renewLease(world, row, terms)
  const { signing } = world.keys
  const signers = [{ keyId: signing.keyId, publicKey: toBase64Url(signing.publicKey) }]
  const lease = await openStatement(nodeCrypto, signers, 'lease', leaseSchema, signed)
  if (lease === null) throw new Error(`no lease: ${JSON.stringify(parseJson(signed.payload))}`)
  expect(lease.location).toBe(LOCATION)
  return lease
}

async function deviceRow(till: number): Promise<DeviceRow> {
  const row = await gateway.world.store.device(tills[till] ?? '')
  if (row === null) throw new Error('the device is there')
  return row
}
