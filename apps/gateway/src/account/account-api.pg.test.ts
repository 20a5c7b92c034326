import type { AccountClient } from '@holdfast/protocol/account'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { storeApiKey } from '../api-keys/api-keys.ts'
import { loadLeaseTerms } from '../devices/lease-terms.ts'
import { LIABILITY_TEXT_VERSION } from '../devices/offline-liability.ts'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { ACCOUNT, LOCATION } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

const database = sharedDatabase()
let shop: AccountShop
let account: AccountClient

beforeEach(async () => {
  shop = await openAccountShop(database())
  ;({ account } = shop)
})

afterEach(() => shop.close())

describe('the offline policy (SQ4, SQ7)', () => {
  test('nothing is allowed offline before somebody has taken the risk on, and the refusal names the field', async () => {
    const change = { terms: { allowed: true }, by: 'Ada' }
    const refused = await account.offlinePolicy.put(change)
    expect(refused).toMatchObject({
      ok: false,
      status: 422,
      error: { code: 'offline_liability_not_accepted', param: 'acceptLiability' },
    })
    const acceptLiability = { textVersion: LIABILITY_TEXT_VERSION }
    const changed = await account.offlinePolicy.put({ ...change, acceptLiability })
    const atMs = shop.gateway.clock.wallMs()
    expect(changed).toMatchObject({
      ok: true,
      value: {
        liability: { acceptedBy: 'Ada', acceptedMs: atMs, textVersion: LIABILITY_TEXT_VERSION },
        changed: { by: 'Ada', atMs },
      },
    })
    expect(await account.offlinePolicy.get()).toEqual(changed)
  })

  test('a text that is not the one of now cannot be accepted', async () => {
    const terms = { allowed: true }
    const refused = await account.offlinePolicy.put({
      terms,
      by: 'Ada',
      acceptLiability: { textVersion: '0' },
    })
    expect(refused).toMatchObject({ status: 400, error: { param: 'acceptLiability.textVersion' } })
  })

  test('a change is in the next lease of a device, and each change is kept with who, when and by which key', async () => {
    const acceptLiability = { textVersion: LIABILITY_TEXT_VERSION }
    await account.offlinePolicy.put({ terms: {}, by: 'Ada', acceptLiability })
    shop.gateway.clock.advance(1_000)
    await account.offlinePolicy.put({
      terms: { allowed: false, approvalAboveMinor: { eur: 5_000 } },
      by: 'Bob',
    })
    const terms = await loadLeaseTerms(
      shop.gateway.database.pool,
      shop.device.row,
      shop.gateway.clock.wallMs(),
    )
    expect(terms.offline).toMatchObject({ allowed: false, approvalAboveMinor: { eur: 5_000 } })
    const { rows } = await shop.gateway.database.pool.query(
      'select changed_by, key_prefix, terms_before, terms_after from offline_policy_changes order by position',
    )
    expect(rows).toEqual([
      { changed_by: 'Ada', key_prefix: accountKeys.secret.slice(0, 12), terms_before: null, terms_after: {} },
      {
        changed_by: 'Bob',
        key_prefix: accountKeys.secret.slice(0, 12),
        terms_before: {},
        terms_after: { allowed: false, approvalAboveMinor: { eur: 5_000 } },
      },
    ])
  })

  test('a field that does not exist, or nobody’s name, is refused by name and changes nothing', async () => {
    const ask = (body: unknown) =>
      fetch(`${shop.server.url}/account/v1/offline_policy`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${accountKeys.secret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    for (const [body, param] of [
      [{ terms: { allowed: 'yes' }, by: 'Ada' }, 'terms.allowed'],
      [{ terms: {}, by: '' }, 'by'],
      [
        { terms: { kinds: { deferred: { storedCount: -1 } } }, by: 'Ada' },
        'terms.kinds.deferred.perPaymentMinor',
      ],
    ] as const) {
      const answer = await ask(body)
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        { error: { code: 'request_malformed', param } },
      ])
    }
    expect(await account.offlinePolicy.get()).toMatchObject({ ok: true, value: { changed: null } })
  })
})

test('MC5: what is at risk adds up from devices to locations to the account', async () => {
  await shop.storeOffline(1_250)
  await shop.storeOffline(750)
  const sum = { currency: 'eur', amountMinor: 2_000, count: 2 }
  expect(await account.exposure.get()).toEqual({
    ok: true,
    value: {
      asOfMs: shop.gateway.clock.wallMs(),
      total: [sum],
      locations: [{ location: LOCATION, name: 'Quay', atRisk: [sum] }],
      devices: [{ device: shop.device.row.deviceId, name: 'Till', location: LOCATION, atRisk: [sum] }],
    },
  })
})

test('a device is shown with what it has stated and what of it is in', async () => {
  await shop.storeOffline(1_250)
  const listed = await account.devices.list()
  expect(listed).toMatchObject({
    ok: true,
    value: {
      devices: [
        { device: shop.device.row.deviceId, statedSeq: 2, receivedSeq: 2, missing: 0, isInStep: true },
      ],
    },
  })
})

test('MP9: payments taken offline are listed as soon as they are in, newest first, page by page, and by their state', async () => {
  const sales = []
  for (let at = 0; at < 3; at += 1) {
    shop.gateway.clock.advance(1_000)
    sales.push(await shop.storeOffline(1_000 + at))
  }
  const ids = sales.map(({ paymentId }) => paymentId).toReversed()
  const first = await account.payments.list({ limit: 2 })
  if (!first.ok) throw new Error('was listed')
  expect(first.value.payments.map(({ payment }) => payment)).toEqual(ids.slice(0, 2))
  const rest = await account.payments.list({ limit: 2, before: ids[1] })
  expect(rest).toMatchObject({ ok: true, value: { payments: [{ payment: ids[2] }], next: null } })
  expect(await account.payments.list({ state: 'declined' })).toMatchObject({ value: { payments: [] } })
  expect(await account.payments.list({ state: 'undecided', kind: 'deferred' })).toMatchObject({
    value: { payments: [{ state: 'undecided' }, {}, {}] },
  })
})

test('what was set apart is in the review, and a recovery with nothing open says so', async () => {
  await shop.gateway.send(shop.device, [await shop.device.append({ kind: 'nothing.known' })])
  expect(await account.review.list()).toMatchObject({
    value: { payments: [], parked: [{ device: shop.device.row.deviceId, count: 1 }] },
  })
  expect(await account.recovery.get()).toMatchObject({
    value: { restored: null, devicesAway: [], paymentsInDoubt: 0, paymentsForReview: 0 },
  })
})

test('a live key sees nothing of test, a publishable or unknown key nothing at all', async () => {
  await shop.storeOffline(1_250)
  expect(await shop.clientOf(accountKeys.live).exposure.get()).toMatchObject({
    value: { total: [], devices: [] },
  })
  expect(await shop.clientOf(accountKeys.live).devices.list()).toMatchObject({ value: { devices: [] } })
  const publishable = 'pk_test_000000000000000000000009'
  const owner = { account: ACCOUNT, mode: 'test', kind: 'publishable' } as const
  await storeApiKey(shop.gateway.database.pool, publishable, owner, 0)
  for (const key of [publishable, 'sk_test_nobody']) {
    expect(await shop.clientOf(key).exposure.get()).toMatchObject({ ok: false, status: 401 })
  }
})

test('the OpenAPI document names every operation, each with the schema of its answer', async () => {
  const document = (await (await fetch(`${shop.server.url}/openapi.json`)).json()) as {
    openapi: string
    paths: Record<string, Record<string, { operationId: string; responses: object }>>
  }
  expect(document.openapi).toBe('3.1.0')
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
  expect(operations.map(({ operationId }) => operationId)).toContain('putOfflinePolicy')
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of Object.keys(methods)) {
      const url = shop.server.url + path.replaceAll(/[{}]/g, '')
      const answer = await fetch(url, { method: method.toUpperCase() })
      expect([path, method, answer.status]).toEqual([path, method, 401])
    }
  }
})
