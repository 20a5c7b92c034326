import { describe, expect, test } from 'vitest'
import type { CardFacts } from './card.ts'
import { addStored, type Exposure, NO_EXPOSURE, releaseStored, reserve } from './exposure.ts'
import { admitOffline, type CardAnswer, type Consent, decideOffline, offlineNeeds } from './offline-policy.ts'
import type { KindTerms, OfflineTerms } from './offline-terms.ts'
import type { OfflineClock } from './offline-windows.ts'

const NOW_MS = Date.UTC(2026, 10, 21)
const HOUR_MS = 3_600_000
const rules: KindTerms = {
  perPaymentMinor: { eur: 5_000, jpy: 700 },
  storedTotalMinor: { eur: 10_000, jpy: 1_400 },
  storedCount: 3,
  acceptanceWindowMs: 24 * HOUR_MS,
  acceptanceAnchor: 'last_contact',
  uploadWindowMs: 24 * HOUR_MS,
  uploadAnchor: 'first_payment',
  lateUpload: 'present',
}
const terms: OfflineTerms = {
  allowed: true,
  liability: { acceptedBy: 'Ada', acceptedMs: 0, textVersion: '1' },
  expiresAtMs: NOW_MS + HOUR_MS,
  clockTrustMin: 'held',
  location: 'loc_1',
  readers: [
    { reader: 'rdr_1', location: 'loc_1', offlineCapable: true, lastOnlineMs: NOW_MS - HOUR_MS },
    { reader: 'rdr_old', location: 'loc_1', offlineCapable: false, lastOnlineMs: NOW_MS },
    { reader: 'rdr_away', location: 'loc_2', offlineCapable: true, lastOnlineMs: NOW_MS },
    { reader: 'rdr_30_days', location: 'loc_1', offlineCapable: true, lastOnlineMs: NOW_MS - 720 * HOUR_MS },
    { reader: 'rdr_gone', location: 'loc_1', offlineCapable: true, lastOnlineMs: NOW_MS - 720 * HOUR_MS - 1 },
  ],
  kinds: { deferred: rules, card_approved: { ...rules, perPaymentMinor: { eur: 9_000 } } },
  deviceTotals: { storedTotalMinor: { eur: 12_000, jpy: 9_000 }, storedCount: 4 },
  brandsRefused: ['jcb'],
  aidsRefused: ['A000000003101002'],
  entryModes: ['contact', 'contactless'],
  cvms: { contactless: ['device'] },
  perCard: { windowMs: 2 * HOUR_MS, count: 2, sumMinor: { eur: 3_000 } },
  denied: ['f-denied'],
  approvalAboveMinor: { eur: 4_000 },
  contactAboveMinor: { eur: 4_500 },
}
const clock: OfflineClock = { nowMs: NOW_MS, lastContactMs: NOW_MS - HOUR_MS, trust: 'held' }
const facts: CardFacts = {
  brand: 'visa',
  last4: '4242',
  bin: '42424242',
  expMonth: 12,
  expYear: 2030,
  entryMode: 'contact',
  cvm: 'offline_pin',
  aid: 'A0000000031010',
  applicationLabel: 'VISA',
  fingerprint: 'f',
}
const asked: CardAnswer = { first: 'ARQC', final: 'AAC', facts, uses: [] }
const eur = (amountMinor: number) => ({ amountMinor, currency: 'eur' }) as const
const consent: Consent = { approved: true, contact: true, voice: false }
const place = { location: 'loc_1', reader: 'rdr_1', readerCapable: true }
const sale = (amountMinor = 1_000) => ({ money: eur(amountMinor), reserved: false, ...place, ...consent })
const used = (amountMinor: number, hoursAgo: number) => {
  return { money: eur(amountMinor), atMs: NOW_MS - hoursAgo * HOUR_MS }
}

interface Case {
  readonly terms?: Partial<OfflineTerms> | null
  readonly rules?: Partial<KindTerms>
  readonly exposure?: Exposure
  readonly sale?: Partial<Parameters<typeof decideOffline>[2]>
  readonly clock?: Partial<OfflineClock>
  readonly card?: Partial<CardAnswer>
  readonly facts?: Partial<CardFacts>
}

function decide(it: Case): string {
  const kinds = { ...terms.kinds, deferred: { ...rules, ...it.rules } }
  const card = { ...asked, ...it.card, facts: { ...facts, ...it.facts } }
  const inForce = it.terms === null ? null : { ...terms, kinds, ...it.terms }
  const decision = decideOffline(inForce, it.exposure ?? NO_EXPOSURE, { ...sale(), ...it.sale }, card, {
    ...clock,
    ...it.clock,
  })
  return decision.accept ? decision.kind : decision.refusal
}

const stored = (...amounts: number[]) =>
  amounts.reduce((exposure, amount) => addStored(exposure, 'deferred', eur(amount), NOW_MS), NO_EXPOSURE)

const voices = (count: number) =>
  Array.from({ length: count }).reduce<Exposure>((sum) => addStored(sum, 'voice', eur(1), 1), NO_EXPOSURE)

describe('what may be accepted without the issuer', () => {
  test.each<[string, Case, string]>([
    ['an ordinary card', {}, 'deferred'],
    ['no lease', { terms: null }, 'offline_lease_missing'],
    ['SQ7: nobody took the risk on', { terms: { liability: null } }, 'offline_liability_not_accepted'],
    ['offline is off (MP4)', { terms: { allowed: false } }, 'offline_not_allowed'],
    [
      'the lease is over in this millisecond',
      { clock: { nowMs: terms.expiresAtMs } },
      'offline_lease_expired',
    ],
    ['the last millisecond of the lease', { clock: { nowMs: terms.expiresAtMs - 1 } }, 'deferred'],
    ['a clock that nobody ever set (row 31)', { clock: { trust: 'untrusted' } }, 'offline_clock_untrusted'],
    [
      'a lease that wants the time of this boot',
      { terms: { clockTrustMin: 'trusted' } },
      'offline_clock_untrusted',
    ],
    [
      'the time of this boot',
      { terms: { clockTrustMin: 'trusted' }, clock: { trust: 'trusted' } },
      'deferred',
    ],
    [
      'a lease that takes any clock',
      { terms: { clockTrustMin: 'untrusted' }, clock: { trust: 'untrusted' } },
      'deferred',
    ],
    ['SQ10: a reader that says it cannot', { sale: { readerCapable: false } }, 'reader_offline_not_capable'],
    ['MP3: a reader that was swapped in', { sale: { reader: 'rdr_2' } }, 'reader_new_offline'],
    ['SQ10: a reader that cannot', { sale: { reader: 'rdr_old' } }, 'reader_offline_not_capable'],
    ['a reader of another place', { sale: { reader: 'rdr_away' } }, 'reader_location_not_seen_online'],
    ['a sale of another place', { sale: { location: 'loc_2' } }, 'reader_location_not_seen_online'],
    ['a reader that was online 30 days ago', { sale: { reader: 'rdr_30_days' } }, 'deferred'],
    ['MP3: a millisecond longer', { sale: { reader: 'rdr_gone' } }, 'reader_type_not_seen_online'],
    ['a kind that the lease does not have', { terms: { kinds: {} } }, 'offline_kind_not_allowed'],
    [
      'a currency that it does not have',
      { sale: { money: { amountMinor: 1, currency: 'usd' } } },
      'offline_currency_not_allowed',
    ],
    [
      'a currency with a limit per payment but no total',
      { rules: { storedTotalMinor: {} } },
      'offline_currency_not_allowed',
    ],
    [
      'a currency that the device has no share of',
      { terms: { deviceTotals: { storedTotalMinor: {}, storedCount: 9 } } },
      'offline_currency_not_allowed',
    ],
    ['the largest amount (SQ4)', { sale: sale(5_000), terms: { perCard: null } }, 'deferred'],
    [
      'TM10: 10,000 dollars or their like are the most, whatever the lease says',
      { sale: sale(950_001), rules: { perPaymentMinor: { eur: 2_000_000 } } },
      'offline_amount_above_limit',
    ],
    ['a cent more (TM10)', { sale: sale(5_001) }, 'offline_amount_above_limit'],
    [
      'another currency has its own limit',
      { sale: { money: { amountMinor: 701, currency: 'jpy' } } },
      'offline_amount_above_limit',
    ],

    ['up to the total (MP5)', { exposure: stored(5_000, 4_000) }, 'deferred'],
    [
      'a cent above the total',
      { exposure: stored(5_000, 4_000), sale: sale(1_001) },
      'offline_stored_total_above_limit',
    ],
    [
      'what other open sales have reserved counts',
      { exposure: reserve(stored(9_000), eur(1)) },
      'offline_stored_total_above_limit',
    ],
    [
      'its own reservation does not count twice',
      { exposure: reserve(stored(9_000), eur(1_000)), sale: { ...sale(), reserved: true } },
      'deferred',
    ],
    [
      'what another kind has stored does not count there',
      { exposure: addStored(NO_EXPOSURE, 'voice', eur(11_000), 1) },
      'deferred',
    ],
    [
      'a cent above the device’s share of the location’s cap, over all kinds',
      { exposure: addStored(NO_EXPOSURE, 'voice', eur(11_001), 1) },
      'offline_device_total_above_limit',
    ],
    [
      'one more than the device’s share of the count, over all kinds',
      {
        exposure: voices(2),
        rules: { storedCount: 9 },
        terms: { deviceTotals: { ...terms.deviceTotals, storedCount: 2 } },
      },
      'offline_device_count_above_limit',
    ],
    [
      'what was released does not count',
      { exposure: releaseStored(stored(9_000, 1_000), 'deferred', eur(1_000)) },
      'deferred',
    ],
    ['up to the count (MP6)', { exposure: stored(1, 1) }, 'deferred'],
    ['one more than the count', { exposure: stored(1, 1, 1) }, 'offline_stored_count_above_limit'],
    [
      'reservations count too',
      { exposure: reserve(stored(1, 1), eur(1)) },
      'offline_stored_count_above_limit',
    ],
    [
      'reservations in another currency too',
      { exposure: reserve(stored(1, 1), { amountMinor: 1, currency: 'jpy' }) },
      'offline_stored_count_above_limit',
    ],
    [
      'every currency counts',
      { exposure: addStored(stored(1, 1), 'deferred', { amountMinor: 1, currency: 'jpy' }, 1) },
      'offline_stored_count_above_limit',
    ],

    [
      'the window since the last contact (SQ5)',
      { clock: { lastContactMs: NOW_MS - 24 * HOUR_MS } },
      'offline_acceptance_window_over',
    ],
    ['a millisecond before it is over', { clock: { lastContactMs: NOW_MS - 24 * HOUR_MS + 1 } }, 'deferred'],
    ['never in contact: no anchor yet', { clock: { lastContactMs: null } }, 'deferred'],
    [
      'the window since the first payment',
      {
        rules: { acceptanceAnchor: 'first_payment' },
        exposure: { ...stored(1), firstStoredMs: NOW_MS - 24 * HOUR_MS },
      },
      'offline_acceptance_window_over',
    ],
    [
      'its anchor is not the contact',
      { rules: { acceptanceAnchor: 'first_payment' }, clock: { lastContactMs: 0 } },
      'deferred',
    ],

    ['SQ9: Interac by its brand', { facts: { brand: 'interac' } }, 'offline_card_brand_not_allowed'],
    [
      'SQ9: Interac by its application, whatever the brand reads',
      { facts: { brand: 'unknown', aid: 'A0000002771010' } },
      'offline_card_brand_not_allowed',
    ],
    ['a brand of the list', { facts: { brand: 'jcb' } }, 'offline_card_brand_not_allowed'],
    [
      'an application of the list',
      { facts: { aid: 'A00000000310100201' } },
      'offline_card_application_not_allowed',
    ],
    ['a swipe (TM9)', { facts: { entryMode: 'magnetic_stripe' } }, 'offline_entry_mode_not_allowed'],
    ['a keyed number (MP16)', { facts: { entryMode: 'keyed' } }, 'offline_entry_mode_not_allowed'],
    [
      'a PIN that only the issuer can check',
      { facts: { cvm: 'online_pin' } },
      'offline_online_pin_not_supported',
    ],
    [
      'a card in the last month that is printed on it',
      { facts: { expMonth: 11, expYear: 2026 } },
      'deferred',
    ],
    ['a card of last month', { facts: { expMonth: 10, expYear: 2026 } }, 'offline_card_expired'],
    [
      'TM9: a tap without the customer, where the region wants the customer',
      { facts: { entryMode: 'contactless', cvm: 'none' } },
      'offline_customer_authentication_required',
    ],
    [
      'TM9: a tap that the phone has verified',
      { facts: { entryMode: 'contactless', cvm: 'device' } },
      'deferred',
    ],
    ['no rule for inserted cards', { facts: { cvm: 'none' } }, 'deferred'],
    ['row 72: a card of the deny list', { facts: { fingerprint: 'f-denied' } }, 'offline_card_denied'],
    ['row 73: a card for the second time', { card: { uses: [used(2_000, 1)] } }, 'deferred'],
    [
      'row 73: for the third time',
      { card: { uses: [used(1, 1), used(1, 1)] } },
      'offline_card_count_above_limit',
    ],
    [
      'row 73: a cent too much on one card',
      { card: { uses: [used(2_001, 1)] } },
      'offline_card_total_above_limit',
    ],
    [
      'what is out of the window does not count',
      { card: { uses: [used(9, 2), used(9, 2), used(9, 1)] } },
      'deferred',
    ],
    [
      'another currency counts, but not into this sum',
      { card: { uses: [{ money: { amountMinor: 9_999, currency: 'jpy' }, atMs: NOW_MS }] } },
      'deferred',
    ],
    [
      'above the threshold without a supervisor',
      { sale: { ...sale(4_001), approved: false }, terms: { perCard: null } },
      'offline_approval_required',
    ],
    [
      'up to the threshold',
      { sale: { ...sale(4_000), approved: false }, terms: { perCard: null } },
      'deferred',
    ],
    [
      'SQ8: above the threshold without a contact',
      { sale: { ...sale(4_501), contact: false }, terms: { perCard: null } },
      'offline_contact_required',
    ],
    ['with both', { sale: sale(5_000), terms: { perCard: null } }, 'deferred'],

    [
      'the card itself refuses (TA, DESIGN §3.5)',
      { card: { first: 'AAC', final: null } },
      'offline_card_declined',
    ],
    ['the card approves by itself', { card: { first: 'TC', final: null } }, 'card_approved'],
    ['the card approves because nobody can be asked (Y3)', { card: { final: 'TC' } }, 'card_approved'],
    [
      'its own limits then hold',
      { card: { final: 'TC' }, sale: sale(9_000), terms: { perCard: null } },
      'card_approved',
    ],
    [
      'where the lease has no such kind, its ARQC is deferred',
      { card: { final: 'TC' }, terms: { kinds: { deferred: rules } } },
      'deferred',
    ],
    [
      'a TC at the first question cannot be deferred',
      { card: { first: 'TC', final: null }, terms: { kinds: { deferred: rules } } },
      'offline_kind_not_allowed',
    ],
    ['one tap, no second question', { card: { final: null } }, 'deferred'],
  ])('%s', (_what, it, decision) => {
    expect(decide(it)).toBe(decision)
  })
})

describe('a code that the issuer gave by telephone', () => {
  const kinds = { deferred: { ...rules, perPaymentMinor: { eur: 500 } }, voice: rules }
  const voice = { ...sale(), voice: true }

  test.each<[string, Case, string]>([
    ['makes the sale a voice approval', { terms: { kinds }, sale: voice }, 'voice'],
    [
      'under the limits of its own kind: without it the same sale is too large',
      { terms: { kinds } },
      'offline_amount_above_limit',
    ],
    [
      'its own limit holds too',
      { terms: { kinds, perCard: null }, sale: { ...voice, money: eur(5_001) } },
      'offline_amount_above_limit',
    ],
    [
      'never stands in for another kind where the lease has no voice',
      { sale: voice },
      'offline_kind_not_allowed',
    ],
    [
      'counts for more than the card’s own TC',
      { terms: { kinds }, sale: voice, card: { first: 'TC' } },
      'voice',
    ],
    ['and than its Y3', { terms: { kinds }, sale: voice, card: { final: 'TC' } }, 'voice'],
    [
      'never for more than the card’s own no',
      { terms: { kinds }, sale: voice, card: { first: 'AAC', final: null } },
      'offline_card_declined',
    ],
    [
      'does not bring in a card that is denied',
      { terms: { kinds }, sale: voice, facts: { fingerprint: 'f-denied' } },
      'offline_card_denied',
    ],
    [
      'spares nobody the supervisor',
      { terms: { kinds, perCard: null }, sale: { ...voice, money: eur(4_001), approved: false } },
      'offline_approval_required',
    ],
    [
      'what is stored by voice counts in its own count only',
      { terms: { kinds }, sale: voice, exposure: stored(1, 1, 1) },
      'voice',
    ],
    [
      'and fills it up by itself',
      { terms: { kinds }, sale: voice, exposure: voices(3) },
      'offline_stored_count_above_limit',
    ],
  ])('%s', (_what, it, decision) => {
    expect(decide(it)).toBe(decision)
  })
})

test('the first rule that fails names the refusal: one fault after the other is put right', () => {
  const crowded = addStored(reserve(stored(1, 1, 9_000), eur(900)), 'voice', eur(1_900), NOW_MS)
  const broken: Case = {
    terms: null,
    clock: { nowMs: terms.expiresAtMs, lastContactMs: 0, trust: 'untrusted' },
    sale: {
      money: { amountMinor: 950_001, currency: 'gbp' },
      reader: 'rdr_2',
      readerCapable: false,
      approved: false,
      contact: false,
    },
    exposure: crowded,
    card: { first: 'AAC', uses: [used(2_999, 1), used(1, 1)] },
    facts: {
      brand: 'jcb',
      aid: 'A000000003101002',
      entryMode: 'magnetic_stripe',
      expYear: 2020,
      cvm: 'online_pin',
      fingerprint: 'f-denied',
    },
  }
  const withTerms = (change: Partial<OfflineTerms>) => (it: Case) => ({
    ...it,
    terms: { ...it.terms, ...change },
  })
  const withSale = (change: Case['sale']) => (it: Case) => ({ ...it, sale: { ...it.sale, ...change } })
  const withClock = (change: Case['clock']) => (it: Case) => ({ ...it, clock: { ...it.clock, ...change } })
  const withFacts = (change: Case['facts']) => (it: Case) => ({ ...it, facts: { ...it.facts, ...change } })
  const withCard = (change: Case['card']) => (it: Case) => ({ ...it, card: { ...it.card, ...change } })
  const wide = {
    ...rules,
    perPaymentMinor: { eur: 5_000 },
    storedTotalMinor: { eur: 99_999 },
    storedCount: 99,
  }
  const ladder: readonly (readonly [string, (it: Case) => Case])[] = [
    ['offline_card_declined', withCard({ first: 'ARQC' })],
    [
      'offline_lease_missing',
      withTerms({ liability: null, allowed: false, kinds: {}, clockTrustMin: 'held' }),
    ],
    ['offline_liability_not_accepted', withTerms({ liability: terms.liability })],
    ['offline_not_allowed', withTerms({ allowed: true })],
    ['offline_lease_expired', withClock({ nowMs: NOW_MS })],
    ['offline_clock_untrusted', withClock({ trust: 'held' })],
    ['reader_offline_not_capable', withSale({ readerCapable: true })],
    ['reader_new_offline', withSale({ reader: 'rdr_1' })],
    ['offline_kind_not_allowed', withTerms({ kinds: { deferred: rules } })],
    ['offline_currency_not_allowed', withSale({ money: eur(950_001) })],
    ['offline_amount_above_limit', withSale({ money: eur(5_000) })],
    ['offline_acceptance_window_over', withClock({ lastContactMs: NOW_MS })],
    ['offline_stored_total_above_limit', withTerms({ kinds: { deferred: { ...wide, storedCount: 3 } } })],
    ['offline_stored_count_above_limit', withTerms({ kinds: { deferred: wide } })],
    [
      'offline_device_total_above_limit',
      withTerms({ deviceTotals: { storedTotalMinor: { eur: 99_999 }, storedCount: 4 } }),
    ],
    [
      'offline_device_count_above_limit',
      withTerms({ deviceTotals: { storedTotalMinor: { eur: 99_999 }, storedCount: 99 } }),
    ],
    ['offline_card_brand_not_allowed', withFacts({ brand: 'visa' })],
    ['offline_card_application_not_allowed', withFacts({ aid: 'A0000000031010' })],
    ['offline_entry_mode_not_allowed', withFacts({ entryMode: 'contactless' })],
    ['offline_card_expired', withFacts({ expYear: 2030 })],
    ['offline_online_pin_not_supported', withFacts({ cvm: 'none' })],
    ['offline_customer_authentication_required', withFacts({ cvm: 'device' })],
    ['offline_card_denied', withFacts({ fingerprint: 'f' })],
    ['offline_card_count_above_limit', withCard({ uses: [used(2_999, 1)] })],
    ['offline_card_total_above_limit', withCard({ uses: [] })],
    ['offline_card_total_above_limit', withTerms({ perCard: null })],
    ['offline_approval_required', withSale({ approved: true })],
    ['offline_contact_required', withSale({ contact: true })],
  ]
  let it = broken
  for (const [code, repair] of ladder) {
    expect(decide(it)).toBe(code)
    it = repair(it)
  }
  expect(decide(it)).toBe('deferred')
})

test('what a person can still add is known before the card is read', () => {
  expect(offlineNeeds(terms, eur(4_000))).toEqual([])
  expect(offlineNeeds(terms, eur(4_001))).toEqual(['offline_approval_required'])
  expect(offlineNeeds(terms, eur(4_501))).toEqual(['offline_approval_required', 'offline_contact_required'])
  expect(offlineNeeds(terms, { amountMinor: 9_999, currency: 'jpy' })).toEqual([])
})

test('before the card is read, everything that needs no card is already refused', () => {
  expect(admitOffline(terms, 'deferred', NO_EXPOSURE, sale(), clock)).toBeNull()
  expect(admitOffline(terms, 'voice', NO_EXPOSURE, sale(), clock)).toBe('offline_kind_not_allowed')
  expect(admitOffline(null, 'deferred', NO_EXPOSURE, sale(), clock)).toBe('offline_lease_missing')
})

describe('a card is good to the end of its month, anywhere on earth', () => {
  const at = (iso: string, expMonth: number, expYear: number) => {
    const nowMs = Date.parse(iso)
    const readers = [{ reader: 'rdr_1', location: 'loc_1', offlineCapable: true, lastOnlineMs: nowMs }]
    const lease = { expiresAtMs: nowMs + 1, readers }
    return decide({
      terms: lease,
      clock: { nowMs, lastContactMs: nowMs },
      sale: {},
      facts: { expMonth, expYear },
    })
  }

  test.each([
    ['2026-12-01T11:59:59.999Z', 11, 2026, 'deferred'],
    ['2026-12-01T12:00:00.000Z', 11, 2026, 'offline_card_expired'],
    ['2027-01-01T11:59:59.999Z', 12, 2026, 'deferred'],
    ['2027-01-01T12:00:00.000Z', 12, 2026, 'offline_card_expired'],
    ['2028-02-29T23:00:00.000Z', 2, 2028, 'deferred'],
    ['2028-03-01T12:00:00.000Z', 2, 2028, 'offline_card_expired'],
    ['2026-11-21T00:00:00.000Z', 1, 2020, 'offline_card_expired'],
    ['2026-11-21T00:00:00.000Z', 12, 2099, 'deferred'],
  ])('at %s a card of %i/%i is %s', (iso, month, year, decision) => {
    expect(at(iso, month, year)).toBe(decision)
  })
})
