import { describe, expect, test } from 'vitest'
import type { CardFacts } from './card.ts'
import { addStored, type Exposure, NO_EXPOSURE, releaseStored, reserve } from './exposure.ts'
import {
  admitOffline,
  type CardAnswer,
  decideOffline,
  type KindTerms,
  type OfflineClock,
  type OfflineTerms,
} from './offline-policy.ts'

const NOW_MS = Date.UTC(2026, 10, 21)
const HOUR_MS = 3_600_000
const rules: KindTerms = {
  perPaymentMinor: { eur: 5_000, jpy: 700 },
  storedTotalMinor: { eur: 10_000, jpy: 1_400 },
  storedCount: 3,
  acceptanceWindowMs: 24 * HOUR_MS,
  acceptanceAnchor: 'last_contact',
  uploadWindowMs: 24 * HOUR_MS,
}
const terms: OfflineTerms = {
  allowed: true,
  expiresAtMs: NOW_MS + HOUR_MS,
  kinds: { deferred: rules, card_approved: { ...rules, perPaymentMinor: { eur: 9_000 } } },
  brandsRefused: ['interac'],
  entryModes: ['contact', 'contactless'],
}
const clock: OfflineClock = { nowMs: NOW_MS, lastContactMs: NOW_MS - HOUR_MS }
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
const asked: CardAnswer = { first: 'ARQC', final: 'AAC', facts }
const eur = (amountMinor: number) => ({ amountMinor, currency: 'eur' }) as const
const sale = (amountMinor = 1_000) => ({ money: eur(amountMinor), reserved: false })

interface Case {
  readonly terms?: Partial<OfflineTerms> | null
  readonly rules?: Partial<KindTerms>
  readonly exposure?: Exposure
  readonly sale?: Parameters<typeof admitOffline>[3]
  readonly clock?: Partial<OfflineClock>
  readonly card?: Partial<CardAnswer>
  readonly facts?: Partial<CardFacts>
}

function decide(it: Case): string {
  const kinds = { ...terms.kinds, deferred: { ...rules, ...it.rules } }
  const card = { ...asked, ...it.card, facts: { ...facts, ...it.facts } }
  const inForce = it.terms === null ? null : { ...terms, kinds, ...it.terms }
  const decision = decideOffline(inForce, it.exposure ?? NO_EXPOSURE, it.sale ?? sale(), card, {
    ...clock,
    ...it.clock,
  })
  return decision.accept ? decision.kind : decision.refusal
}

const stored = (...amounts: number[]) =>
  amounts.reduce((exposure, amount) => addStored(exposure, 'deferred', eur(amount), NOW_MS), NO_EXPOSURE)

describe('what may be accepted without the issuer', () => {
  test.each<[string, Case, string]>([
    ['an ordinary card', {}, 'deferred'],
    ['no lease', { terms: null }, 'offline_lease_missing'],
    ['offline is off (MP4)', { terms: { allowed: false } }, 'offline_not_allowed'],
    [
      'the lease is over in this millisecond',
      { clock: { nowMs: terms.expiresAtMs } },
      'offline_lease_expired',
    ],
    ['the last millisecond of the lease', { clock: { nowMs: terms.expiresAtMs - 1 } }, 'deferred'],
    ['a kind that the lease does not have', { terms: { kinds: {} } }, 'offline_kind_not_allowed'],
    [
      'a currency that it does not have',
      { sale: { money: { amountMinor: 1, currency: 'usd' }, reserved: false } },
      'offline_currency_not_allowed',
    ],
    [
      'a currency with a limit per payment but no total',
      { rules: { storedTotalMinor: {} } },
      'offline_currency_not_allowed',
    ],
    ['the largest amount (SQ4)', { sale: sale(5_000) }, 'deferred'],
    ['a cent more (TM10)', { sale: sale(5_001) }, 'offline_amount_above_limit'],
    [
      'another currency has its own limit',
      { sale: { money: { amountMinor: 701, currency: 'jpy' }, reserved: false } },
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
      'what another kind has stored does not count',
      { exposure: addStored(NO_EXPOSURE, 'voice', eur(10_000), 1) },
      'deferred',
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

    ['Interac (SQ9)', { facts: { brand: 'interac' } }, 'offline_card_brand_not_allowed'],
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
      'the card itself refuses (TA, DESIGN §3.5)',
      { card: { first: 'AAC', final: null } },
      'offline_card_declined',
    ],
    ['the card approves by itself', { card: { first: 'TC', final: null } }, 'card_approved'],
    ['the card approves because nobody can be asked (Y3)', { card: { final: 'TC' } }, 'card_approved'],
    ['its own limits then hold', { card: { final: 'TC' }, sale: sale(9_000) }, 'card_approved'],
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

  test('the first rule that fails names the refusal', () => {
    const everything: Case = {
      terms: { allowed: false, expiresAtMs: 0, brandsRefused: ['visa'] },
      sale: sale(99_999),
      facts: { cvm: 'online_pin' },
    }
    expect(decide(everything)).toBe('offline_not_allowed')
    expect(decide({ ...everything, card: { first: 'AAC' } })).toBe('offline_card_declined')
    expect(decide({ ...everything, terms: { brandsRefused: ['visa'] } })).toBe('offline_amount_above_limit')
    expect(decide({ ...everything, terms: { brandsRefused: ['visa'] }, sale: sale() })).toBe(
      'offline_card_brand_not_allowed',
    )
  })
})

test('before the card is read, everything that needs no card is already refused', () => {
  expect(admitOffline(terms, 'deferred', NO_EXPOSURE, sale(), clock)).toBeNull()
  expect(admitOffline(terms, 'voice', NO_EXPOSURE, sale(), clock)).toBe('offline_kind_not_allowed')
  expect(admitOffline(null, 'deferred', NO_EXPOSURE, sale(), clock)).toBe('offline_lease_missing')
})

describe('a card is good to the end of its month, anywhere on earth', () => {
  const at = (iso: string, expMonth: number, expYear: number) => {
    const nowMs = Date.parse(iso)
    const lease = { expiresAtMs: nowMs + 1 }
    return decide({ terms: lease, clock: { nowMs, lastContactMs: nowMs }, facts: { expMonth, expYear } })
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
