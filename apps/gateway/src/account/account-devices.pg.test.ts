import { openStatement } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { type FeedAnswer, lease as leaseSchema } from '@holdfast/protocol'
import type { AccountClient } from '@holdfast/protocol/account'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDeviceApi } from '../devices/device-api.ts'
import { loadLeaseTerms } from '../devices/lease-terms.ts'
import { LIABILITY_TEXT_VERSION } from '../devices/offline-liability.ts'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

const database = sharedDatabase()
let shop: AccountShop
let account: AccountClient

beforeEach(async () => {
  shop = await openAccountShop(database())
  ;({ account } = shop)
  const acceptLiability = { textVersion: LIABILITY_TEXT_VERSION }
  await account.offlinePolicy.put({ terms: { allowed: true }, by: 'Ada', acceptLiability })
})

afterEach(() => shop.close())

/** The device is in contact: what it may do from now on. */
async function renewed() {
  const { gateway, device } = shop
  const { world, acquirer, clock } = gateway
  const api = createDeviceApi(world, acquirer, (row, held) =>
    loadLeaseTerms(gateway.database.pool, row, clock.wallMs(), held),
  )
  const answer = await api(await device.request('GET', '/device/v1/feed?generation=1&after=0'))
  const { signing } = world.keys
  const keys = [{ keyId: signing.keyId, publicKey: Buffer.from(signing.publicKey).toString('base64url') }]
  // The device API answers what its schema says; the statement in it is opened as a device does.
  return openStatement(nodeCrypto, keys, 'lease', leaseSchema, (answer.body as FeedAnswer).lease)
}

test('the lease of a device is shown as it was signed for it', async () => {
  const { deviceId } = shop.device.row
  expect(await account.devices.lease(deviceId)).toEqual({ ok: true, value: { lease: null, terms: null } })
  const lease = await renewed()
  expect(lease).toMatchObject({ allowed: true, number: 1 })
  expect(await account.devices.lease(deviceId)).toEqual({ ok: true, value: { lease, terms: null } })
})

test('SQ4: the lease of one device is taken back at its next contact, with a trace, and given again', async () => {
  const { deviceId } = shop.device.row
  await renewed()
  const taken = await account.devices.putOfflinePolicy(deviceId, { terms: { allowed: false }, by: 'Bob' })
  expect(taken).toMatchObject({ ok: true, value: { terms: { allowed: false }, lease: { number: 1 } } })
  expect(await renewed()).toMatchObject({ allowed: false, number: 2 })
  await account.devices.putOfflinePolicy(deviceId, { terms: null, by: 'Cy' })
  expect(await renewed()).toMatchObject({ allowed: true, number: 3 })
  const { rows } = await database().pool.query(
    'select changed_by, device, terms_before, terms_after from offline_policy_changes where device is not null order by position',
  )
  expect(rows).toEqual([
    { changed_by: 'Bob', device: deviceId, terms_before: null, terms_after: { allowed: false } },
    { changed_by: 'Cy', device: deviceId, terms_before: { allowed: false }, terms_after: null },
  ])
  expect(await account.offlinePolicy.get()).toMatchObject({ value: { changed: { by: 'Ada' } } })
})

test('a device of the other mode, or of nobody, is not found, and a field that does not exist is named', async () => {
  const { deviceId } = shop.device.row
  const notFound = { ok: false, status: 404, error: { code: 'not_found' } }
  const change = { terms: { allowed: false }, by: 'Bob' }
  const live = shop.clientOf(accountKeys.live)
  expect(await live.devices.lease(deviceId)).toMatchObject(notFound)
  expect(await live.devices.putOfflinePolicy(deviceId, change)).toMatchObject(notFound)
  expect(await account.devices.lease('dev_nobody')).toMatchObject(notFound)
  const answer = await fetch(`${shop.server.url}/account/v1/devices/${deviceId}/offline_policy`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${accountKeys.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ terms: { allowed: 'no' }, by: 'Bob' }),
  })
  expect(await answer.json()).toMatchObject({ error: { code: 'request_malformed', param: 'terms.allowed' } })
})
