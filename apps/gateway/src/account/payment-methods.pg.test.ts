import { openStatement } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { type FeedAnswer, lease as leaseSchema } from '@holdfast/protocol'
import type { AccountClient } from '@holdfast/protocol/account'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountKeys, type AccountShop, openAccountShop } from '../test-support/account-shop.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'

const database = sharedDatabase()
let shop: AccountShop
let account: AccountClient

beforeEach(async () => {
  shop = await openAccountShop(database())
  ;({ account } = shop)
})

afterEach(() => shop.close())

const chip = { brands: ['visa' as const], entryModes: ['contact' as const] }
const taps = { brands: ['visa' as const, 'mastercard' as const], entryModes: ['contactless' as const] }

/** What the device's next lease says. */
async function offered() {
  const { api, world } = shop.gateway
  const { keyId, publicKey } = world.keys.signing
  const keys = [{ keyId, publicKey: Buffer.from(publicKey).toString('base64url') }]
  const answer = await api(await shop.device.request('GET', '/device/v1/feed?generation=1&after=0'))
  // The device API answers what its schema says; the statement in it is opened as a device does.
  const { lease } = answer.body as FeedAnswer
  return (await openStatement(nodeCrypto, keys, 'lease', leaseSchema, lease))?.offered ?? null
}

/** A till that asks for this card whatever its lease says; what it is told. */
async function attempt(card: 'visa' | 'mastercard') {
  const { device, gateway } = shop
  const sale = device.newSale()
  await gateway.send(device, [await device.opened(sale)])
  const record = await device.attempted(sale, await device.read(sale, card))
  const ask = async () => (await gateway.present(device, record)).outcome
  return { sale, record, ask, outcome: await ask() }
}

test('ST14: what is offered is the device’s own word, else its location’s, else the account’s, and is in its next lease', async () => {
  const { deviceId, location } = shop.device.row
  expect(await offered()).toBeNull()
  await account.paymentMethods.put({ offered: taps, by: 'Ada' })
  expect(await offered()).toEqual(taps)
  await account.paymentMethods.putOfLocation(location, { offered: chip, by: 'Bob' })
  expect(await offered()).toEqual(chip)
  const set = await account.paymentMethods.putOfDevice(deviceId, { offered: taps, by: 'Cy' })
  expect(set).toMatchObject({
    value: {
      account: taps,
      locations: [{ location, offered: chip }],
      devices: [{ device: deviceId, location, offered: taps, inForce: taps }],
    },
  })
  expect(await offered()).toEqual(taps)
  const back = await account.paymentMethods.putOfDevice(deviceId, { offered: null, by: 'Cy' })
  expect(back).toMatchObject({ value: { devices: [{ offered: null, inForce: chip }] } })
  expect(await offered()).toEqual(chip)
  const { rows } = await database().pool.query(
    'select location, device, changed_by, methods_before, methods_after from payment_method_changes order by position',
  )
  expect(rows).toEqual([
    { location: null, device: null, changed_by: 'Ada', methods_before: null, methods_after: taps },
    { location, device: null, changed_by: 'Bob', methods_before: null, methods_after: chip },
    { location: null, device: deviceId, changed_by: 'Cy', methods_before: null, methods_after: taps },
    { location: null, device: deviceId, changed_by: 'Cy', methods_before: taps, methods_after: null },
  ])
})

test('ST14: a till that asks all the same is refused, as often as it asks; nothing waits for a person, and its sale goes on with another card', async () => {
  await account.paymentMethods.put({ offered: chip, by: 'Ada' })
  const refused = { result: 'refused', code: 'card_brand_not_offered' }
  const { sale, record, ask, outcome } = await attempt('mastercard')
  expect(outcome).toEqual(refused)
  expect(await ask()).toEqual(refused)
  await shop.gateway.send(shop.device, [record])
  expect(await account.review.list()).toMatchObject({ value: { payments: [], parked: [] } })
  expect((await shop.gateway.payment(sale.paymentId)).story.attempts).toEqual([])
  expect((await attempt('visa')).outcome).toEqual({ result: 'pending' })
})

test('ST14: a way of reading that is not offered is refused by its own code', async () => {
  await account.paymentMethods.put({ offered: taps, by: 'Ada' })
  expect((await attempt('visa')).outcome).toEqual({ result: 'refused', code: 'entry_mode_not_offered' })
})

test('ST14: what was asked before is answered by what became of it, and what was stored before is taken', async () => {
  const { ask } = await attempt('mastercard')
  await account.paymentMethods.put({ offered: chip, by: 'Ada' })
  expect(await ask()).toEqual({ result: 'pending' })
  const { device, gateway } = shop
  const sale = device.newSale()
  const { verdicts } = await gateway.send(device, [
    await device.opened(sale),
    await device.stored(sale, await device.read(sale, 'mastercard')),
  ])
  expect(verdicts).toMatchObject([{ verdict: 'received' }, { verdict: 'received' }])
})

test('a place of the other mode or of nobody is not found, and no offer at all is none', async () => {
  const { deviceId } = shop.device.row
  const change = { offered: chip, by: 'Ada' }
  const notFound = { ok: false, status: 404, error: { code: 'not_found' } }
  const live = shop.clientOf(accountKeys.live)
  expect(await live.paymentMethods.putOfDevice(deviceId, change)).toMatchObject(notFound)
  expect(await account.paymentMethods.putOfLocation('loc_nowhere', change)).toMatchObject(notFound)
  expect(await account.paymentMethods.put({ offered: { ...chip, brands: [] }, by: 'Ada' })).toMatchObject({
    status: 400,
    error: { code: 'request_malformed', param: 'offered.brands' },
  })
})

test('ST14: once a live device is enrolled, a test key says no more what counts for it too', async () => {
  const { location, deviceId } = shop.device.row
  const acceptLiability = { textVersion: '1' }
  const policy = { by: 'Ada', terms: {}, acceptLiability }
  expect(await account.offlinePolicy.put(policy)).toMatchObject({ ok: true })
  await shop.gateway.addDevice(2, { mode: 'live' })
  const refused = { ok: false, status: 403, error: { code: 'livemode_mismatch' } }
  const change = { offered: chip, by: 'Eve' }
  expect(await account.offlinePolicy.put(policy)).toMatchObject(refused)
  expect(await account.paymentMethods.put(change)).toMatchObject(refused)
  expect(await account.paymentMethods.putOfLocation(location, change)).toMatchObject(refused)
  expect((await account.paymentMethods.putOfDevice(deviceId, change)).ok).toBe(true)
  const live = shop.clientOf(accountKeys.live)
  expect((await live.offlinePolicy.put(policy)).ok).toBe(true)
  expect(await live.paymentMethods.put(change)).toMatchObject({ value: { account: chip } })
  await database().pool.query(`update devices set status = 'revoked' where mode = 'live'`)
  expect((await account.paymentMethods.put({ offered: null, by: 'Ada' })).ok).toBe(true)
})
