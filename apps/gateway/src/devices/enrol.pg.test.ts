import { toBase64Url } from '@holdfast/core'
import { openStatement, parseJson } from '@holdfast/envelope'
import { generateNodeKey, nodeCrypto, nodeSigningKey } from '@holdfast/envelope/node'
import { enrolmentAnswer, lease } from '@holdfast/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storeApiKey } from '../api-keys/api-keys.ts'
import { ACCOUNT, LOCATION } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import { createTestServer, type TestServer } from '../test-support/test-server.ts'

const SECRET = 'sk_test_000000000000000000000001'
const database = sharedDatabase()
let gateway: TestGateway
let server: TestServer

beforeEach(async () => {
  gateway = createTestGateway(database())
  await gateway.addDevice(1)
  server = await createTestServer(gateway)
  await storeApiKey(gateway.database.pool, SECRET, { account: ACCOUNT, mode: 'test', kind: 'secret' }, 0)
})

afterEach(async () => {
  await server.close()
  await gateway.close()
})

function newKey(): string {
  return toBase64Url(nodeSigningKey(generateNodeKey('ed25519')).publicKey)
}

async function mint(): Promise<string> {
  const headers = { authorization: `Bearer ${SECRET}` }
  const answer = await fetch(`${server.url}/internal/v1/device_codes`, { method: 'POST', headers })
  return ((await answer.json()) as { code: string }).code
}

async function enrol(code: string, publicKey: string, changes: object = {}) {
  const reader = { model: 'SIM', serialNumber: '7', offlineCapable: true }
  const answer = await fetch(`${server.url}/device/v1/enrolments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, publicKey, reader, name: 'Till 1', ...changes }),
  })
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: parseJson(await answer.text()),
  }
}

test('a code and a key become a device with a reader, a terminal id and a lease', async () => {
  const publicKey = newKey()
  const { status, body } = await enrol(await mint(), publicKey)
  expect(status).toBe(200)
  const answer = enrolmentAnswer.parse(body)
  const device = await gateway.world.store.device(answer.device)
  expect(device).toMatchObject({ account: ACCOUNT, location: LOCATION, mode: 'test', status: 'active' })
  expect(device?.terminalId).toMatch(/^HF[0-9A-V]{6}$/)
  expect(device?.keys.map((key) => key.publicKey)).toEqual([publicKey])

  const { signing } = gateway.world.keys
  const signers = [{ keyId: signing.keyId, publicKey: toBase64Url(signing.publicKey) }]
  const terms = await openStatement(nodeCrypto, signers, 'lease', lease, answer.lease)
  expect(terms).toMatchObject({
    number: 1,
    accountName: 'Café',
    locationName: 'Quay',
    currencies: ['eur', 'usd'],
    allowed: true,
    brandsRefused: ['interac'],
    sealKeys: gateway.world.keys.sealPublicKeys,
    readers: [
      { reader: answer.reader, model: 'SIM', offlineCapable: true, lastOnlineMs: gateway.clock.wallMs() },
    ],
  })
  expect(terms?.kinds.deferred).toMatchObject({
    perPaymentMinor: { eur: 20_000, jpy: 30_000 },
    storedTotalMinor: { eur: 5_000_000 },
    storedCount: 5_000,
  })
})

test('the same code with the same key answers the same device, for the first answer may have been lost', async () => {
  const [code, publicKey] = [await mint(), newKey()]
  const first = enrolmentAnswer.parse((await enrol(code, publicKey)).body)
  gateway.clock.advance(30 * 86_400_000)
  const again = enrolmentAnswer.parse((await enrol(code, publicKey)).body)
  expect([again.device, again.reader]).toEqual([first.device, first.reader])
})

test('four times at the same moment, it still makes one device', async () => {
  const [code, publicKey] = [await mint(), newKey()]
  const answers = await Promise.all([1, 2, 3, 4].map(() => enrol(code, publicKey)))
  expect(new Set(answers.map(({ body }) => enrolmentAnswer.parse(body).device)).size).toBe(1)
})

test('a person may type the code as it looks best', async () => {
  const code = await mint()
  const { status } = await enrol(` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`, newKey())
  expect(status).toBe(200)
})

describe('no device comes from', () => {
  test('a wrong code, one that is over, or one that another key has used', async () => {
    const used = await mint()
    await enrol(used, newKey())
    const over = await mint()
    gateway.clock.advance(86_400_000)
    for (const code of ['AAAAAAAA', over, used]) {
      const { status, body } = await enrol(code, newKey())
      expect([status, body]).toMatchObject([400, { error: { code: 'enrolment_code_invalid' } }])
    }
    expect((await gateway.database.pool.query('select from devices')).rowCount).toBe(2)
  })

  test('a request that is not one, or a key that is none', async () => {
    const code = await mint()
    for (const change of [
      { publicKey: 'short' },
      { publicKey: `${'A'.repeat(42)}_` },
      { more: 1 },
      { code: 7 },
    ]) {
      const { status, body } = await enrol(code, newKey(), change)
      expect([status, body]).toMatchObject([400, { error: { code: 'request_malformed' } }])
    }
    expect((await enrol(code, newKey())).status).toBe(200)
  })

  test('guessing: after ten wrong codes the caller waits a minute, and a right one must wait as well', async () => {
    const code = await mint()
    for (let n = 0; n < 10; n += 1) expect((await enrol('AAAAAAAA', newKey())).status).toBe(400)
    const refused = await enrol(code, newKey())
    expect([refused.status, refused.retryAfter]).toEqual([429, '60'])
    gateway.clock.advance(60_000)
    expect((await enrol(code, newKey())).status).toBe(200)
  })
})

test('a name that a database cannot hold does not stop a device', async () => {
  expect((await enrol(await mint(), newKey(), { name: 'Till\0 1' })).status).toBe(200)
})

test('no code is in the database as it is', async () => {
  const code = await mint()
  const { rows } = await gateway.database.pool.query(
    'select row_to_json(c)::text as text from device_codes c',
  )
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(code)
})

test('what the merchant has decided for account or device replaces the default', async () => {
  const answer = enrolmentAnswer.parse((await enrol(await mint(), newKey())).body)
  const decide = (table: string, allowed: boolean) =>
    gateway.database.pool.query(`update ${table} set offline_terms = $1`, [
      JSON.stringify({ allowed, kinds: {}, brandsRefused: [], entryModes: ['contact'] }),
    ])
  const allowed = async () => {
    gateway.clock.advance(60_000)
    const { loadLeaseTerms } = await import('./lease-terms.ts')
    const device = await gateway.world.store.device(answer.device)
    if (device === null) throw new Error('the device is there')
    return (await loadLeaseTerms(gateway.database.pool, device, 0)).offline.allowed
  }
  expect(await allowed()).toBe(true)
  await decide('accounts', false)
  expect(await allowed()).toBe(false)
  await decide('devices', true)
  expect(await allowed()).toBe(true)
})
