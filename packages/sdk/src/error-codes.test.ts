import { type ErrorCode, errorTable, isErrorCode } from '@holdfast/protocol'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { sampleLease } from './test-support/sample-lease.ts'
import { scriptedDriver, scriptedReachable } from './test-support/scripted-driver.ts'
import {
  collectedSale,
  goOffline,
  memoryStore,
  openSale,
  openWorld,
  sell,
  type World,
} from './test-support/world.ts'
import type { CardFacts } from '@holdfast/core'

const root = path.resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')
const page = read('docs/reference/sdk-errors.md')

// What becomes of the money is decided by the gateway, and no device answers it.
const notOfDevices = /test|\.entry\.|\/core\/src\/(capture|dispute|increment|order|payout|presentment|refund)/

const [sources, tests] = [
  globSync('packages/{sdk,core}/src/**/*.ts', { cwd: root }).filter((file) => !notOfDevices.test(file)),
  globSync('packages/{sdk,core}/src/**/*.test{,-suite}.ts', { cwd: root }),
].map((files) => files.map(read).join('\n'))

/** Said to a back end that calls off what a device has taken; the story of a payment names it, and no device hears it. */
const SAID_TO_BACK_ENDS = 'state_unfit'

const codesIn = (text = '') =>
  new Set(
    [...text.matchAll(/['`]([a-z_]+)['`]/g)].flatMap(([, code = '']) =>
      isErrorCode(code) && code !== SAID_TO_BACK_ENDS ? [code] : [],
    ),
  )
const documented = codesIn(page)

test('TM10: every code on the page of the SDK’s refusals stands in the error table', () => {
  const named = [...page.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code]) => code)
  expect(named.filter((code) => !Object.hasOwn(errorTable, code ?? ''))).toEqual([])
  expect(named.length).toBeGreaterThan(60)
})

test('every code that the SDK or the offline policy can answer is on the page', () => {
  expect([...codesIn(sources)].filter((code) => !documented.has(code))).toEqual([])
})

test.each([...codesIn(sources)])('%s is provoked by a test of the SDK or of the policy', (code) => {
  expect(tests).toMatch(new RegExp(`'${code}'|^  ${code}: \\{`, 'm'))
})

test('every refusal of the device says what is wrong and what to do', () => {
  for (const code of documented) expect(errorTable[code].message, code).toMatch(/^[A-Z].{15,}\.$/)
})

type Provoke = (world: World) => Promise<unknown>

const create: Provoke = ({ terminal }) =>
  terminal.createPaymentIntent({ amountMinor: 1_000, currency: 'eur', offlineBehavior: 'force_offline' })

async function confirmOffline(world: World, facts: Partial<CardFacts>): Promise<unknown> {
  world.reader.card = { facts }
  return (await sell(world, { offlineBehavior: 'force_offline' })).result
}

/** Each name that a developer may bring along, provoked through the public API. */
const PROVOKED: Readonly<Partial<Record<ErrorCode, { lease?: object; provoke: Provoke }>>> = {
  offline_required_online: {
    provoke: async (world) => {
      await goOffline(world)
      const input = { amountMinor: 1, currency: 'eur', offlineBehavior: 'require_online' } as const
      return world.terminal.createPaymentIntent(input)
    },
  },
  offline_not_allowed: { lease: { allowed: false }, provoke: create },
  offline_liability_not_accepted: { lease: { liability: null }, provoke: create },
  offline_lease_expired: { lease: { expiresAtMs: 1_790_000_000_001 }, provoke: create },
  offline_kind_not_allowed: { lease: { kinds: {} }, provoke: create },
  offline_amount_above_limit: {
    provoke: ({ terminal }) =>
      terminal.createPaymentIntent({
        amountMinor: 10_001,
        currency: 'eur',
        offlineBehavior: 'force_offline',
      }),
  },
  offline_currency_not_allowed: {
    lease: { currencies: ['eur', 'usd'] },
    provoke: ({ terminal }) =>
      terminal.createPaymentIntent({ amountMinor: 1, currency: 'usd', offlineBehavior: 'force_offline' }),
  },
  offline_stored_total_above_limit: {
    provoke: async (world) => {
      for (let n = 0; n < 10; n += 1) await openSale(world, { amountMinor: 10_000 })
      return create(world)
    },
  },
  offline_device_total_above_limit: {
    lease: { deviceTotals: { storedTotalMinor: { eur: 999 }, storedCount: 9 } },
    provoke: create,
  },
  offline_device_count_above_limit: {
    lease: { deviceTotals: { storedTotalMinor: { eur: 99_999 }, storedCount: 0 } },
    provoke: create,
  },
  offline_acceptance_window_over: {
    provoke: async (world) => {
      await goOffline(world)
      await world.clock.advance(86_400_000)
      return create(world)
    },
  },
  offline_card_brand_not_allowed: { provoke: (world) => confirmOffline(world, { brand: 'interac' }) },
  offline_entry_mode_not_allowed: {
    provoke: (world) => confirmOffline(world, { entryMode: 'magnetic_stripe' }),
  },
  offline_card_expired: { provoke: (world) => confirmOffline(world, { expYear: 2020 }) },
  offline_online_pin_not_supported: { provoke: (world) => confirmOffline(world, { cvm: 'online_pin' }) },
  offline_card_declined: {
    provoke: async (world) => {
      world.reader.card = { first: 'AAC' }
      return world.terminal.collectPaymentMethod(await openSale(world))
    },
  },
  card_unreadable: {
    provoke: async (world) => {
      world.reader.begin = () => Promise.reject(new Error('unplugged'))
      return world.terminal.collectPaymentMethod(await openSale(world))
    },
  },
  card_removed: {
    provoke: async (world) => {
      const intent = await collectedSale(world, { offlineBehavior: 'force_offline' })
      world.reader.complete = () => Promise.reject(new Error('pulled out'))
      return world.terminal.confirmPaymentIntent(intent)
    },
  },
  test_card_in_live_mode: {
    lease: { mode: 'live' },
    provoke: async (world) => world.terminal.collectPaymentMethod(await openSale(world)),
  },
  internal_error: {
    provoke: async (world) => {
      world.gateway.issuer = [{ result: 'refused', code: 'of_a_later_version' }]
      return (await sell(world)).result
    },
  },
  sale_not_open: {
    provoke: async (world) => {
      const intent = await collectedSale(world)
      await world.clock.until(world.terminal.confirmPaymentIntent(intent))
      return world.terminal.confirmPaymentIntent(intent)
    },
  },
  sale_in_progress: {
    provoke: async (world) => {
      const intent = await openSale(world)
      world.reader.absent = true
      void world.terminal.collectPaymentMethod(intent)
      return world.terminal.collectPaymentMethod(intent)
    },
  },
  reader_not_connected: {
    provoke: async ({ terminal }) => {
      await terminal.disconnectReader()
      return terminal.createPaymentIntent({ amountMinor: 1, currency: 'eur' })
    },
  },
  reader_not_found: { provoke: ({ terminal }) => terminal.connectReader('S-9') },
}

test.each(Object.entries(PROVOKED))(
  'TM10, SQ7: %s, through the public API',
  async (code, { lease, provoke }) => {
    const world = await openWorld({
      readerDrivers: [scriptedDriver(scriptedReachable({}))],
      before: (gateway) => (gateway.lease = sampleLease(lease)),
    })
    expect(await provoke(world)).toMatchObject({ status: 'refused', code })
    await world.terminal.close()
  },
)

test('SQ11: a store that cannot keep another device’s queue says so instead of taking it', async () => {
  const { copies: _, ...store } = memoryStore()
  const world = await openWorld({ store })
  const exported = await world.terminal.exportQueue({ all: true })
  const text = exported.status === 'exported' ? exported.text : ''
  expect(await world.terminal.importQueue(text)).toEqual({ status: 'refused', code: 'storage_unavailable' })
  await world.terminal.close()
})

test('a device that is not enrolled answers so, whatever is asked', async () => {
  const world = await openWorld({ enrol: false })
  const { terminal } = world
  const money = { amountMinor: 1, currency: 'eur' } as const
  const refused = { status: 'refused', code: 'not_enrolled' }
  expect(await terminal.createPaymentIntent(money)).toEqual(refused)
  expect(await terminal.cancelPaymentIntent('pi_1', 'canceled')).toEqual(refused)
  expect(await terminal.closeTip('pi_1', { tipMinor: 1, currency: 'eur' })).toEqual(refused)
  expect(await terminal.requestCapture('pi_1')).toEqual(refused)
  expect(await terminal.requestRefund('pi_1', money)).toEqual(refused)
  expect(terminal.paymentSettings()).toBeNull()
  expect(terminal.availableReaders()).toEqual([])
  expect(await terminal.queue.list()).toEqual([])
  expect(await terminal.enrol({ code: 'WRONG234', name: 'Till' })).toEqual({
    status: 'refused',
    code: 'enrolment_code_invalid',
  })
  await terminal.close()
})
