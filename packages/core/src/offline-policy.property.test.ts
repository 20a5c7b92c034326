import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addStored, type Exposure, NO_EXPOSURE, reserve } from './exposure.ts'
import { admitOffline, type CardAnswer, decideOffline } from './offline-policy.ts'
import { isLower, type KindTerms, lowerTerms, type OfflineTerms } from './offline-terms.ts'

const NOW_MS = 1_000_000
const amount = fc.integer({ min: 1, max: 100 })
const eur = (amountMinor: number) => ({ amountMinor, currency: 'eur' }) as const

const kindTerms: fc.Arbitrary<KindTerms> = fc.record({
  perPaymentMinor: fc.record({ eur: amount }),
  storedTotalMinor: fc.record({ eur: fc.integer({ min: 0, max: 300 }) }),
  storedCount: fc.integer({ min: 0, max: 6 }),
  acceptanceWindowMs: fc.integer({ min: 0, max: 100 }),
  acceptanceAnchor: fc.constantFrom('last_contact', 'first_payment'),
  uploadWindowMs: fc.constant(100),
  uploadAnchor: fc.constant('last_contact'),
  lateUpload: fc.constant('present'),
})

const someTerms: fc.Arbitrary<OfflineTerms> = fc.record({
  allowed: fc.boolean(),
  liability: fc.constant({ acceptedBy: 'Ada', acceptedMs: 0, textVersion: '1' }),
  expiresAtMs: fc.integer({ min: NOW_MS - 5, max: NOW_MS + 50 }),
  clockTrustMin: fc.constantFrom('untrusted', 'held', 'trusted'),
  location: fc.constant('loc'),
  readers: fc.constant([{ reader: 'rdr', location: 'loc', offlineCapable: true, lastOnlineMs: NOW_MS }]),
  kinds: fc.record({ deferred: kindTerms }),
  deviceTotals: fc.record({
    storedTotalMinor: fc.record({ eur: fc.integer({ min: 0, max: 400 }) }),
    storedCount: fc.integer({ min: 0, max: 8 }),
  }),
  brandsRefused: fc.constant([]),
  aidsRefused: fc.constant([]),
  entryModes: fc.constantFrom([], ['contact' as const]),
  cvms: fc.constant({}),
  perCard: fc.option(
    fc.record({
      windowMs: fc.integer({ min: 0, max: 100 }),
      count: fc.integer({ min: 0, max: 5 }),
      sumMinor: fc.record({ eur: fc.integer({ min: 0, max: 200 }) }),
    }),
  ),
  denied: fc.subarray(['card', 'other']),
  approvalAboveMinor: fc.record({ eur: amount }, { requiredKeys: [] }),
  contactAboveMinor: fc.record({ eur: amount }, { requiredKeys: [] }),
})

/** Each limit at most as wide, each list of what is refused at least as long. */
function lower(a: OfflineTerms, b: OfflineTerms): OfflineTerms {
  const [x, y] = [a.kinds.deferred, b.kinds.deferred]
  if (x === undefined || y === undefined) throw new Error('both have the kind')
  const min = (one: { eur?: number }, two: { eur?: number }) => ({
    eur: Math.min(one.eur ?? Infinity, two.eur ?? Infinity),
  })
  const rank = { untrusted: 0, held: 1, trusted: 2 }
  const perCard =
    a.perCard === null || b.perCard === null
      ? (a.perCard ?? b.perCard)
      : {
          // A longer window counts more.
          windowMs: Math.max(a.perCard.windowMs, b.perCard.windowMs),
          count: Math.min(a.perCard.count, b.perCard.count),
          sumMinor: min(a.perCard.sumMinor, b.perCard.sumMinor),
        }
  return {
    ...a,
    allowed: a.allowed && b.allowed,
    expiresAtMs: Math.min(a.expiresAtMs, b.expiresAtMs),
    clockTrustMin: rank[a.clockTrustMin] > rank[b.clockTrustMin] ? a.clockTrustMin : b.clockTrustMin,
    kinds: {
      deferred: {
        ...x,
        perPaymentMinor: min(x.perPaymentMinor, y.perPaymentMinor),
        storedTotalMinor: min(x.storedTotalMinor, y.storedTotalMinor),
        storedCount: Math.min(x.storedCount, y.storedCount),
        acceptanceWindowMs: Math.min(x.acceptanceWindowMs, y.acceptanceWindowMs),
      },
    },
    deviceTotals: {
      storedTotalMinor: min(a.deviceTotals.storedTotalMinor, b.deviceTotals.storedTotalMinor),
      storedCount: Math.min(a.deviceTotals.storedCount, b.deviceTotals.storedCount),
    },
    entryModes: a.entryModes.filter((mode) => b.entryModes.includes(mode)),
    perCard,
    denied: [...a.denied, ...b.denied],
    approvalAboveMinor: min(a.approvalAboveMinor, b.approvalAboveMinor),
    contactAboveMinor: min(a.contactAboveMinor, b.contactAboveMinor),
  }
}

const exposure: fc.Arbitrary<Exposure> = fc
  .record({ stored: fc.array(amount, { maxLength: 5 }), open: fc.array(amount, { maxLength: 2 }) })
  .map(({ stored, open }) => {
    const held = stored.reduce((sum, each) => addStored(sum, 'deferred', eur(each), NOW_MS - 20), NO_EXPOSURE)
    return open.reduce((sum, each) => reserve(sum, eur(each)), held)
  })

const sale = fc.record({
  money: amount.map(eur),
  reserved: fc.constant(false),
  location: fc.constant('loc'),
  reader: fc.constant('rdr'),
  readerCapable: fc.constant(true),
  approved: fc.boolean(),
  contact: fc.boolean(),
  voice: fc.constant(false),
})

const clock = fc.record({
  nowMs: fc.constant(NOW_MS),
  lastContactMs: fc.option(fc.integer({ min: NOW_MS - 90, max: NOW_MS })),
  trust: fc.constantFrom('untrusted', 'held', 'trusted'),
})

const card: fc.Arbitrary<CardAnswer> = fc
  .array(fc.record({ money: amount.map(eur), atMs: fc.integer({ min: NOW_MS - 100, max: NOW_MS }) }), {
    maxLength: 4,
  })
  .map((uses) => {
    const facts = { brand: 'visa', last4: '4242', bin: '424242', expMonth: 12, expYear: 2040 } as const
    const chip = { entryMode: 'contact', cvm: 'offline_pin', aid: 'A0000000031010' } as const
    const names = { applicationLabel: 'VISA', fingerprint: 'card' }
    return { first: 'ARQC', final: null, facts: { ...facts, ...chip, ...names }, uses }
  })

test('SQ4: lower limits never accept what higher ones refuse, before the card and after it', () => {
  fc.assert(
    fc.property(
      someTerms,
      someTerms,
      exposure,
      sale,
      card,
      clock,
      (terms, others, held, asked, answer, now) => {
        const lowered = lower(terms, others)
        if (admitOffline(lowered, 'deferred', held, asked, now) === null)
          expect(admitOffline(terms, 'deferred', held, asked, now)).toBeNull()
        if (decideOffline(lowered, held, asked, answer, now).accept)
          expect(decideOffline(terms, held, asked, answer, now)).toEqual({ accept: true, kind: 'deferred' })
      },
    ),
    { numRuns: 3_000 },
  )
})

test('what is refused before the card is refused with it, whatever the card', () => {
  fc.assert(
    fc.property(someTerms, exposure, sale, card, clock, (terms, held, asked, answer, now) => {
      const before = admitOffline(terms, 'deferred', held, asked, now)
      if (before !== null)
        expect(decideOffline(terms, held, asked, answer, now)).toEqual({ accept: false, refusal: before })
    }),
    { numRuns: 2_000 },
  )
})

test('SQ4, TA5: limits of the device itself only take away', () => {
  const local = fc.record({
    allowed: fc.boolean(),
    perPaymentMinor: fc.record({ eur: amount, usd: amount }, { requiredKeys: [] }),
  })
  fc.assert(
    fc.property(someTerms, local, local, exposure, sale, clock, (terms, own, next, held, asked, now) => {
      const lowered = lowerTerms(terms, own)
      expect(lowered.kinds.deferred?.perPaymentMinor).not.toHaveProperty('usd')
      if (admitOffline(lowered, 'deferred', held, asked, now) === null)
        expect(admitOffline(terms, 'deferred', held, asked, now)).toBeNull()
      if (isLower(next, own) && admitOffline(lowerTerms(terms, next), 'deferred', held, asked, now) === null)
        expect(admitOffline(lowered, 'deferred', held, asked, now)).toBeNull()
    }),
    { numRuns: 2_000 },
  )
})
