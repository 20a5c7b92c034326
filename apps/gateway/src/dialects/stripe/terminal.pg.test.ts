import { must } from '@holdfast/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadLeaseTerms } from '../../devices/lease-terms.ts'
import { ACCOUNT, LOCATION, sampleId } from '../../test-support/sample-rows.ts'
import { sharedDatabase } from '../../test-support/shared-database.ts'
import { createStripeShop, shopKeys, type StripeShop } from '../../test-support/stripe-shop.ts'

const database = sharedDatabase()
let shop: StripeShop

beforeEach(async () => {
  shop = await createStripeShop(database())
  await sql(
    `insert into readers (account, reader, device, model, serial_number, offline_capable, created_ms)
     values ($1, $2, $3, 'Simulated', 'SN-1', true, 0)`,
    [ACCOUNT, sampleId('rdr', 1), sampleId('dev', 1)],
  )
})

afterEach(() => shop.close())

const sql = (text: string, values: unknown[] = []) => database().pool.query(text, values)
const terminal = () => shop.stripe.terminal
const leaseTerms = async () => {
  const row = must(await shop.gateway.world.store.device(shop.device.row.deviceId), 'the shop has a device')
  return loadLeaseTerms(database().pool, row, shop.gateway.clock.wallMs())
}
const isOfflineAllowed = async () => (await leaseTerms()).offline.allowed

test('offline[enabled] decides whether the next lease allows offline: the location’s word before the account’s (TM1)', async () => {
  expect(await isOfflineAllowed()).toBe(true)
  const { data } = await terminal().configurations.list({ is_account_default: true })
  const usual = must(data[0], 'an account has a default configuration')
  expect(usual).toMatchObject({ is_account_default: true, livemode: false })
  await terminal().configurations.update(usual.id, { offline: { enabled: false } })
  expect(await isOfflineAllowed()).toBe(false)

  const here = await terminal().configurations.create({ name: 'Quay', offline: { enabled: true } })
  await terminal().locations.update(LOCATION, { configuration_overrides: here.id })
  expect(await isOfflineAllowed()).toBe(true)
  await terminal().configurations.update(here.id, { offline: '' })
  expect(await isOfflineAllowed()).toBe(false)
  await terminal().configurations.update(usual.id, { offline: { enabled: true } })
  await terminal().configurations.update(here.id, { offline: { enabled: false } })
  expect(await isOfflineAllowed()).toBe(false)
  await terminal().configurations.del(here.id)
  expect(await isOfflineAllowed()).toBe(true)

  // What is configured cannot give what nobody bears the risk of, or what the account's own terms refuse.
  await sql(`update accounts set offline_terms = '{"allowed": false}'`)
  expect(await isOfflineAllowed()).toBe(false)
})

test.each([
  ['cellular', 'cellular[enabled]=true'],
  ['wifi', 'wifi[type]=personal_psk'],
  ['bbpos_wisepos_e', 'bbpos_wisepos_e[splashscreen]=file_1'],
])('what these readers do not have is refused by its name: %s', async (param, body) => {
  const asked = await shop.ask('POST', '/terminal/configurations', { body })
  expect(asked).toMatchObject({ status: 400, body: { error: { code: 'parameter_unknown', param } } })
})

test('a configuration of live mode says nothing to a device of test mode', async () => {
  const live = shop.clientWith(shopKeys.live).terminal.configurations
  const usual = must((await live.list({ is_account_default: true })).data[0], 'there is one in each mode')
  await live.update(usual.id, { offline: { enabled: false } })
  expect(await isOfflineAllowed()).toBe(true)
  await expect(terminal().configurations.retrieve(usual.id)).rejects.toMatchObject({
    statusCode: 404,
    message: expect.stringContaining('exists in live mode'),
  })
})

test('a configuration keeps tips per currency until they are taken away; the default cannot be deleted', async () => {
  const made = await terminal().configurations.create({
    tipping: { eur: { percentages: [5, 10, 15], fixed_amounts: [100], smart_tip_threshold: 1_000 } },
    reboot_window: { start_hour: 3, end_hour: 4 },
  })
  expect(made).toMatchObject({
    is_account_default: false,
    tipping: { eur: { percentages: [5, 10, 15], fixed_amounts: [100], smart_tip_threshold: 1_000 } },
    reboot_window: { start_hour: 3, end_hour: 4 },
  })
  const bare = await terminal().configurations.update(made.id, { tipping: '' })
  expect(bare).not.toHaveProperty('tipping')
  await expect(
    terminal().configurations.create({ tipping: { eur: { percentages: [101] } } }),
  ).rejects.toMatchObject({ param: 'tipping[eur][percentages][0]' })
  expect(await terminal().configurations.del(made.id)).toMatchObject({ id: made.id, deleted: true })
  const { data } = await terminal().configurations.list()
  expect(data.map(({ is_account_default: usual }) => usual)).toEqual([true])
  await expect(terminal().configurations.del(must(data[0], 'one is left').id)).rejects.toMatchObject({
    statusCode: 400,
  })
})

test('a location is made, changed and deleted; its country decides how customers are verified offline', async () => {
  const address = { line1: '1 Rue de la Paix', city: 'Paris', country: 'FR' }
  const made = await terminal().locations.create({ display_name: 'Paris', address, metadata: { area: 'EU' } })
  expect(made).toMatchObject({ display_name: 'Paris', address, metadata: { area: 'EU' }, livemode: false })
  const { rows } = await sql('select country from locations where location = $1', [made.id])
  expect(rows).toEqual([{ country: 'fr' }])
  expect(await terminal().locations.update(made.id, { address: { city: 'Lyon' } })).toMatchObject({
    address: { line1: '1 Rue de la Paix', city: 'Lyon' },
  })
  await expect(
    terminal().locations.create({ display_name: 'x', address: {} as never }),
  ).rejects.toMatchObject({
    code: 'parameter_missing',
    param: 'address',
  })
  await expect(
    terminal().locations.update(made.id, { configuration_overrides: 'tmc_none' }),
  ).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing', param: 'configuration_overrides' })
  expect(await terminal().locations.del(made.id)).toMatchObject({ id: made.id, deleted: true })
  expect((await terminal().locations.list()).data.map(({ id }) => id)).toEqual([LOCATION])
  await expect(terminal().locations.del(LOCATION)).rejects.toMatchObject({
    statusCode: 400,
    message: expect.stringContaining('Devices in use'),
  })
})

test('a reader is online while its device is in contact, is named, and is in no lease once it is deleted', async () => {
  const id = sampleId('rdr', 1)
  const silent = await terminal().readers.retrieve(id, { expand: ['location'] })
  expect(silent).toMatchObject({
    status: 'offline',
    last_seen_at: null,
    label: 'Till',
    serial_number: 'SN-1',
    location: { id: LOCATION, object: 'terminal.location' },
  })
  await shop.gateway.api(await shop.device.request('GET', '/device/v1/feed?generation=1&after=0'))
  const seen = { id, status: 'online', last_seen_at: shop.gateway.clock.wallMs() }
  expect(await terminal().readers.retrieve(id)).toMatchObject(seen)
  expect((await terminal().readers.list({ status: 'online', location: LOCATION })).data).toMatchObject([seen])
  shop.gateway.clock.advance(180_000)
  expect((await terminal().readers.list({ status: 'online' })).data).toEqual([])

  const named = await terminal().readers.update(id, { label: 'Counter', metadata: { desk: '1' } })
  expect(named).toMatchObject({ label: 'Counter', metadata: { desk: '1' } })
  expect((await leaseTerms()).readers.map(({ reader }) => reader)).toEqual([id])
  expect(await terminal().readers.del(id)).toMatchObject({ id, deleted: true })
  expect((await leaseTerms()).readers).toEqual([])
  expect((await terminal().readers.list()).data).toEqual([])
})

test('a connection token enrols one till at its location; the same request has the same token again', async () => {
  const first = await terminal().connectionTokens.create(
    { location: LOCATION },
    { idempotencyKey: 'token-1' },
  )
  const again = await terminal().connectionTokens.create(
    { location: LOCATION },
    { idempotencyKey: 'token-1' },
  )
  expect(first.secret).toMatch(/^pst_test_[2-9A-HJKMNP-Z]{8}$/)
  expect(again).toMatchObject({ location: LOCATION, secret: first.secret })
  expect((await terminal().connectionTokens.create()).secret).not.toBe(first.secret)
  const enrolment = await fetch(`${shop.server.url}/device/v1/enrolments`, {
    method: 'POST',
    body: JSON.stringify({
      code: first.secret.slice('pst_test_'.length),
      publicKey: 'A'.repeat(43),
      reader: { model: 'm', serialNumber: 's', offlineCapable: true },
      name: 'Till 2',
    }),
  })
  expect(enrolment.status).toBe(200)
  await expect(terminal().connectionTokens.create({ location: 'loc_none' })).rejects.toMatchObject({
    statusCode: 400,
    code: 'resource_missing',
    param: 'location',
  })
})
