import { errorTable } from '@holdfast/protocol'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storeApiKey } from '../api-keys/api-keys.ts'
import { transaction } from '../database/transaction.ts'
import { announceNotice } from '../notices/change-notice.ts'
import { readNotices } from '../notices/read-notices.ts'
import { ACCOUNT, LOCATION } from '../test-support/sample-rows.ts'
import type { TestDevice } from '../test-support/test-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import { createTestServer, type TestServer } from '../test-support/test-server.ts'
import { BODY_BYTES_MAX } from './server.ts'

const SECRET = 'sk_test_000000000000000000000001'
const database = sharedDatabase()
let gateway: TestGateway
let server: TestServer
let device: TestDevice

beforeEach(async () => {
  gateway = createTestGateway(database())
  device = await gateway.addDevice(1)
  server = await createTestServer(gateway)
  await storeApiKey(gateway.database.pool, SECRET, { account: ACCOUNT, mode: 'test', kind: 'secret' }, 0)
})

afterEach(async () => {
  await server.close()
  await gateway.close()
})

/** Sends a device's signed request as it is. */
async function forward(asked: Awaited<ReturnType<TestDevice['request']>>): Promise<Response> {
  const { method, path, headers, body } = asked
  return fetch(server.url + path, {
    method,
    headers: headers as Record<string, string>,
    ...(body === '' ? {} : { body }),
  })
}

describe('the device API over HTTP', () => {
  test('takes signed records with the very bytes that were signed, accents and all', async () => {
    const sale = device.newSale()
    const record = await device.opened(sale, { reference: 'café – table “4”' })
    const body = { manifest: device.manifest(), records: [record.wire] }
    const answer = await forward(await device.request('POST', '/device/v1/records', body))
    expect(answer.status).toBe(200)
    expect((await gateway.payment(sale.paymentId)).reference).toBe('café – table “4”')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('signs the time for anybody, over the caller’s nonce', async () => {
    const nonce = Buffer.alloc(16, 5).toString('base64url')
    const answer = await fetch(`${server.url}/device/v1/ping?nonce=${nonce}`)
    const { time } = (await answer.json()) as { time: { payload: string } }
    expect(JSON.parse(time.payload)).toEqual({ nonce, timeMs: gateway.clock.wallMs(), service: 'ready' })
  })

  test('lets a page of any origin ask, by preflight and by answer, refusals included', async () => {
    const preflight = await fetch(`${server.url}/device/v1/records`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://till.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'holdfast-device',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('holdfast-device')
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    const refused = await fetch(`${server.url}/device/v1/feed`)
    expect(refused.status).toBe(401)
    for (const answer of [preflight, refused])
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('a body that is too large is refused by name, and the connection lives on', async () => {
    const answer = await fetch(`${server.url}/device/v1/records`, {
      method: 'POST',
      body: 'x'.repeat(BODY_BYTES_MAX + 1),
    })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ error: { code: 'request_too_large', retryable: false } })
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  })

  test('who waits for news is sent away when the gateway stops; who brings records is heard to the end', async () => {
    const waiting = forward(await device.request('GET', '/device/v1/feed?generation=1&after=0&waitMs=20000'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await server.close()
    expect((await waiting).status).toBe(503)
  })
})

describe('faults', () => {
  test('a fault inside is a 500 that says the outcome is unknown, logged once and without the request', async () => {
    server.replaceParts({ deviceApi: () => Promise.reject(new Error('disk on fire')) })
    const answer = await fetch(`${server.url}/device/v1/records`, {
      method: 'POST',
      body: '4242424242424242',
    })
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 'internal_error', retryable: true } })
    expect(gateway.errors).toHaveLength(1)
    expect(gateway.errors[0]).toContain('disk on fire')
    expect(gateway.errors[0]).toContain(answer.headers.get('request-id'))
    expect(gateway.errors[0]).not.toContain('4242424242424242')
  })

  test('an unknown place is a 404 and a malformed address a 400, both as JSON', async () => {
    const missing = await fetch(`${server.url}/nothing`)
    expect([missing.status, await missing.json()]).toMatchObject([404, { error: { code: 'not_found' } }])
    const malformed = await fetch(`${server.url}/v1/charges/%zz`)
    expect([malformed.status, await malformed.json()]).toMatchObject([
      400,
      { error: { type: 'invalid_request_error', doc_url: `${server.url}/docs/errors#request_malformed` } },
    ])
  })

  test('ST7: a revoked key opens nothing', async () => {
    const authorization = `Bearer ${SECRET}`
    const doors = ['/v1/charges', '/account/v1/offline_policy', '/operator/']
    const ask = (path: string) => fetch(server.url + path, { headers: { authorization } })
    for (const path of doors) expect([path, (await ask(path)).status]).toEqual([path, 200])
    await gateway.database.pool.query('update api_keys set revoked_ms = 1')
    for (const path of doors) expect([path, (await ask(path)).status]).toEqual([path, 401])
    const minting = { method: 'POST', headers: { authorization } }
    expect((await fetch(`${server.url}/internal/v1/device_codes`, minting)).status).toBe(401)
  })

  test('ST8: where a doc_url leads, there is what it names', async () => {
    const page = await (await fetch(`${server.url}/docs/errors`)).text()
    for (const code of [...Object.keys(errorTable), 'card_declined']) expect(page).toContain(`id="${code}"`)
  })

  test('while the gateway starts, only /healthz answers; everything else says to come back', async () => {
    server.replaceParts(null)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    for (const path of ['/readyz', '/device/v1/ping', '/v1/charges', '/internal/v1/demo']) {
      const answer = await fetch(server.url + path, { headers: { authorization: `Bearer ${SECRET}` } })
      expect([path, answer.status]).toEqual([path, 503])
    }
    expect(gateway.errors).toEqual([])
  })
})

describe('health', () => {
  test('ready tells of the database and of the acquirer, and an acquirer that is down does not stop the gateway', async () => {
    const ask = async () => {
      const answer = await fetch(`${server.url}/readyz`)
      return [answer.status, await answer.json()]
    }
    const ready = { status: 'ready', role: 'all', database: 'up', migrations: 'current' }
    expect(await ask()).toEqual([200, { ...ready, acquirer: 'up' }])
    server.replaceParts({ linkWord: () => ({ state: 'down', sinceMs: 0 }) })
    expect(await ask()).toEqual([200, { ...ready, acquirer: 'down' }])
  })

  test('a database that lacks a migration of this code is not ready', async () => {
    server.replaceParts({ migration: 9_999 })
    const answer = await fetch(`${server.url}/readyz`)
    expect([answer.status, await answer.json()]).toMatchObject([503, { migrations: 'missing' }])
  })

  test('ST10: the status tells of each component, to programs and to people in their language', async () => {
    const report = await (await fetch(`${server.url}/status.json`)).json()
    const names = (report as { components: { name: string }[] }).components.map(({ name }) => name)
    expect(names).toEqual(['gateway', 'database', 'acquirer_link'])
    const page = await fetch(`${server.url}/status`, {
      headers: { 'accept-language': 'de, fr;q=0.8, en;q=0.5' },
    })
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(await page.text()).toContain('<html lang="fr">')
  })

  test('ST10: what is announced stands on the page and in the JSON, and is called old while it cannot be read', async () => {
    const ask = async () => ({
      json: await (await fetch(`${server.url}/status.json`)).json(),
      page: await (await fetch(`${server.url}/status`)).text(),
    })
    const never = await ask()
    expect(never.json).toMatchObject({ notices: { readMs: null, isCurrent: false } })
    expect(never.page).toContain('Notices cannot be read at the moment.')
    expect(never.page).not.toContain('No maintenance is planned.')
    const { pool } = gateway.database
    const notice = { kind: 'incident', state: 'investigating', beganMs: 0 } as const
    const ids = { wallMs: () => gateway.clock.wallMs(), randomBytes: (n: number) => randomBytes(n) }
    const announced = {
      notice,
      touches: ['acquirer_link'],
      texts: { fr: 'L’acquéreur <est> lent.' },
    } as const
    const id = await transaction(pool, (tx) => announceNotice(tx, announced, ids))
    server.notices.learn(await readNotices(pool, gateway.clock.wallMs()), gateway.clock.wallMs())
    const known = await ask()
    expect(known.json).toMatchObject({
      notices: { isCurrent: true, running: [{ id, state: 'investigating', endsMs: null, overMs: null }] },
    })
    expect(known.page).toContain('L’acquéreur &#60;est&#62; lent.')
    expect(known.page).toContain('No maintenance is planned.')
    server.notices.fail()
    const old = await ask()
    expect(old.json).toMatchObject({ notices: { isCurrent: false, running: [{ id }] } })
    expect(old.page).toMatch(/Notices cannot be read at the moment\. Shown as they were on .* UTC\./)
  })

  test('metrics tell of requests by route and never by id, and only to this machine or to the token', async () => {
    await fetch(`${server.url}/v1/payment_intents/pi_unknown`, {
      headers: { authorization: `Bearer ${SECRET}` },
    })
    await fetch(`${server.url}/device/v1/attempts/att_000000000000000000000001`)
    const text = await (await fetch(`${server.url}/metrics`)).text()
    expect(text).toContain('route="/v1/payment_intents/:id"')
    expect(text).toContain('route="/device/v1/attempts"')
    expect(text).not.toMatch(/pi_unknown|att_0000/)
    const forwarded = await fetch(`${server.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } })
    expect(forwarded.status).toBe(404)
  })

  test('a database that is gone makes it not ready, while the process stays healthy', async () => {
    const gone = { query: () => Promise.reject(new Error('gone')) }
    server.replaceParts({ pool: gone as unknown as typeof gateway.database.pool })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  })
})

describe('device codes for the one who runs the gateway', () => {
  const ask = (key: string | null, body?: object) =>
    fetch(`${server.url}/internal/v1/device_codes`, {
      method: 'POST',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  test('are made with a secret key only, at a location of its account', async () => {
    expect((await ask(null)).status).toBe(401)
    expect((await ask('sk_test_wrong')).status).toBe(401)
    expect((await ask(SECRET, { location: 'loc_elsewhere' })).status).toBe(404)
    const answer = await ask(SECRET, { location: LOCATION })
    expect(answer.status).toBe(201)
    expect(await answer.json()).toEqual({
      code: expect.stringMatching(/^[2-9A-HJKMNP-Z]{8}$/),
      expiresAtMs: gateway.clock.wallMs() + 86_400_000,
    })
  })

  test('a publishable key makes none', async () => {
    const key = 'pk_test_000000000000000000000001'
    await storeApiKey(gateway.database.pool, key, { account: ACCOUNT, mode: 'test', kind: 'publishable' }, 0)
    expect((await ask(key)).status).toBe(401)
  })
})
