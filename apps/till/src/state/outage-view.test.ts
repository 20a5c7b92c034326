import type { OfflineStatus, TerminalSettings } from '@holdfast/sdk'
import { expect, test } from 'vitest'
import { atRiskOf, outageView } from './outage-view.ts'

const settings: TerminalSettings = {
  accountName: 'Shop',
  locationId: 'loc_1',
  readerId: 'rdr_1',
  locationName: 'Place',
  currencies: ['eur'],
  offered: null,
  offlineAllowed: true,
  tipping: {},
  offlinePerPaymentMinor: { eur: 20_000 },
}
const online: OfflineStatus = {
  networkStatus: 'online',
  outage: null,
  why: [],
  atRisk: {},
  queued: 0,
  safeToPowerOff: true,
  lastContactMs: 1,
  sdk: {
    networkStatus: 'online',
    reason: null,
    paymentsCount: 0,
    paymentAmountsByCurrency: {},
    oldestDeadlineMs: null,
    atRisk: {},
  },
  reader: null,
}
const offline: OfflineStatus = { ...online, networkStatus: 'offline', outage: 'internet' }
const atRisk = { eur: { count: 2, sumMinor: 4_500 } }

test('all well says nothing, and not knowing yet is no alarm', () => {
  expect(outageView(online, false, settings, 'eur')).toBeNull()
  expect(outageView({ ...online, networkStatus: 'unknown' }, false, settings, 'eur')).toBeNull()
})

test('SQ1: the two kinds of outage are told apart, and one without evidence claims neither', () => {
  expect(outageView(offline, false, settings, 'eur')?.kind).toBe('internet')
  expect(outageView({ ...offline, outage: 'service' }, false, settings, 'eur')?.kind).toBe('service')
  expect(outageView({ ...offline, outage: null }, false, settings, 'eur')?.kind).toBe('unknown')
})

test('SQ1: with the gateway there and no bank to be asked, the banner says that', () => {
  expect(outageView({ ...online, outage: 'acquirer' }, false, settings, 'eur')).toMatchObject({
    kind: 'acquirer',
    maySell: true,
  })
})

test('SQ1: offline by choice is called that, whatever the network does', () => {
  expect(outageView(online, true, settings, 'eur')?.kind).toBe('forced')
  expect(outageView(offline, true, settings, 'eur')?.kind).toBe('forced')
})

test('"keep selling" is promised only where the lease allows it, with its limit', () => {
  expect(outageView(offline, false, settings, 'eur')).toMatchObject({
    maySell: true,
    limit: { amountMinor: 20_000, currency: 'eur' },
  })
  expect(outageView(offline, false, { ...settings, offlineAllowed: false }, 'eur')).toMatchObject({
    maySell: false,
  })
  expect(outageView(offline, false, settings, 'usd')).toMatchObject({ maySell: false, limit: null })
})

test('MC5: what is at risk stays in sight after the outage, until the bank has decided', () => {
  expect(outageView({ ...online, atRisk, queued: 2 }, false, settings, 'eur')).toEqual({
    kind: 'sending',
    queued: 2,
    atRisk: { count: 2, sums: [{ amountMinor: 4_500, currency: 'eur' }] },
  })
  expect(outageView({ ...online, atRisk }, false, settings, 'eur')?.kind).toBe('undecided')
})

test('sums of different currencies are never added, and empty ones are left out', () => {
  const { count, sums } = atRiskOf({
    eur: { count: 1, sumMinor: 100 },
    jpy: { count: 3, sumMinor: 900 },
    usd: { count: 0, sumMinor: 0 },
  })
  expect(count).toBe(4)
  expect(sums).toEqual([
    { amountMinor: 900, currency: 'jpy' },
    { amountMinor: 100, currency: 'eur' },
  ])
})
