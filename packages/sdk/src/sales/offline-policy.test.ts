import { must, type OfflineTerms, READER_UNSEEN_MAX_MS } from '@holdfast/core'
import { openContact } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Lease } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import type { PaymentIntent } from './payment-intent.ts'
import type { Terminal } from '../terminal/terminal-api.ts'
import { createTerminal } from '../terminal/terminal.ts'
import { deviceKey } from '../test-support/device-key.ts'
import { ACCOUNT_ID, DEVICE_ID } from '../test-support/plain-lease.ts'
import { sampleSealPair } from '../test-support/sample-lease.ts'
import { ScriptedReader } from '../test-support/scripted-reader.ts'
import { VirtualClock } from '../test-support/virtual-clock.ts'
import {
  collectedSale,
  goOffline,
  headOf,
  journalOf,
  openSale,
  openWorld,
  sell,
  type World,
} from '../test-support/world.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

async function offlineWorld(change: Partial<Lease>): Promise<World> {
  const world = await openWorld({
    before: (gateway) => {
      gateway.lease = { ...gateway.lease, ...change }
    },
  })
  await goOffline(world)
  return world
}

function kindsWith(change: Partial<NonNullable<OfflineTerms['kinds']['deferred']>>): Lease['kinds'] {
  const eur = { perPaymentMinor: { eur: 10_000 }, storedTotalMinor: { eur: 100_000 }, storedCount: 1_000 }
  const windows = { acceptanceWindowMs: 24 * HOUR_MS, uploadWindowMs: 72 * HOUR_MS }
  const anchors = { acceptanceAnchor: 'last_contact', uploadAnchor: 'last_contact' } as const
  return { deferred: { ...eur, ...windows, ...anchors, lateUpload: 'present', ...change } }
}

/** Another tab, or the program started again, over the same journal. */
async function anotherTill(
  { store, gateway, clock }: World,
  onClock = clock,
): Promise<{ terminal: Terminal; reader: ScriptedReader }> {
  const deps = { store, crypto: nodeCrypto, key: deviceKey, clock: onClock, network: gateway }
  const terminal = await createTerminal({ ...deps, app: 'sdk tests', storeName: 'sqlite' })
  const reader = new ScriptedReader()
  terminal.useReader(reader)
  return { terminal, reader }
}

const force = { amountMinor: 100, currency: 'eur', offlineBehavior: 'force_offline' } as const

test.each(['last_contact', 'first_payment'] as const)(
  'SQ5: the acceptance window since the %s ends by contact, never by a restart, another tab or a reboot',
  async (acceptanceAnchor) => {
    const kinds = kindsWith({ acceptanceAnchor, acceptanceWindowMs: HOUR_MS })
    const world = await offlineWorld({ kinds })
    expect((await sell(world)).result.status).toBe('stored')
    await world.clock.advance(HOUR_MS)
    const over = { status: 'refused', code: 'offline_acceptance_window_over' }
    expect(await world.terminal.createPaymentIntent(force)).toEqual(over)
    const reloaded = await anotherTill(world)
    expect(await reloaded.terminal.createPaymentIntent(force)).toEqual(over)
    await reloaded.terminal.enrol({ code: 'ABCD2345', name: 'Till 1' })
    expect(await reloaded.terminal.createPaymentIntent(force)).toEqual(over)
    const rebooted = new VirtualClock({ bootId: 'boot-2', wallMs: world.clock.wallMs() - HOUR_MS })
    const again = await anotherTill(world, rebooted)
    expect(await again.terminal.createPaymentIntent(force)).toEqual(over)

    world.gateway.fault = () => null
    await world.clock.advance(2 * MINUTE_MS)
    expect(await world.terminal.createPaymentIntent(force)).toMatchObject({ status: 'created' })
  },
)

test('SQ6: each payment carries until when it may be uploaded, from the last contact or the first payment', async () => {
  const contact = await offlineWorld({ kinds: kindsWith({}) })
  const contactMs = must((await headOf(contact)).time.contactMs, 'it was online')
  await sell(contact)
  await contact.clock.advance(HOUR_MS)
  await sell(contact)
  const untilOf = async ({ terminal }: World) =>
    (await terminal.payments()).map((payment) => ('uploadUntilMs' in payment ? payment.uploadUntilMs : null))
  expect(await untilOf(contact)).toEqual([contactMs + 72 * HOUR_MS, contactMs + 72 * HOUR_MS])

  const first = await offlineWorld({ kinds: kindsWith({ uploadAnchor: 'first_payment' }) })
  await sell(first)
  const [firstMs] = (await first.terminal.payments()).map((p) => ('acceptedMs' in p ? p.acceptedMs : 0))
  await first.clock.advance(HOUR_MS)
  await sell(first)
  const untilMs = must(firstMs, 'stored') + 72 * HOUR_MS
  expect(await untilOf(first)).toEqual([untilMs, untilMs])
  const accepted = (await journalOf(first)).filter(({ kind }) => kind === 'payment.accepted')
  expect(accepted.map(({ decision }) => decision)).toMatchObject([
    { uploadUntilMs: untilMs },
    { uploadUntilMs: untilMs },
  ])
})

test('SQ6: what comes too late is uploaded all the same where the lease lets it, and closed as expired where it does not', async () => {
  const late = { uploadWindowMs: HOUR_MS }
  const lenient = await offlineWorld({ kinds: kindsWith(late) })
  const kept = await sell(lenient)
  await lenient.clock.advance(2 * HOUR_MS)
  lenient.gateway.fault = () => null
  await lenient.clock.advance(2 * MINUTE_MS)
  expect((await lenient.terminal.payment(kept.intent.paymentId))?.state).toBe('UPLOADED')

  const strict = await offlineWorld({ kinds: kindsWith({ ...late, lateUpload: 'expire' }) })
  const lost = await sell(strict)
  await strict.clock.advance(2 * HOUR_MS)
  // Offline nothing expires: the device's word about the time is not enough.
  expect((await strict.terminal.payment(lost.intent.paymentId))?.state).toBe('QUEUED')
  strict.gateway.fault = () => null
  await strict.clock.advance(2 * MINUTE_MS)
  expect(await strict.terminal.payment(lost.intent.paymentId)).toMatchObject({
    state: 'VOIDED',
    reason: 'expired',
  })
  expect((await headOf(strict)).exposure.stored.deferred.eur).toEqual({ count: 0, sumMinor: 0 })
  const kinds = [...strict.gateway.records.values()].map(({ header }) => header.kind)
  expect(kinds.filter((kind) => kind === 'payment.accepted')).toHaveLength(1)
  expect(kinds.filter((kind) => kind === 'payment.voided')).toHaveLength(1)
})

test('row 73: one card is refused by count and by sum, whichever sale or tab it comes from; voids give it back', async () => {
  const perCard = { windowMs: HOUR_MS, count: 2, sumMinor: { eur: 2_500 } }
  const world = await offlineWorld({ perCard })
  const first = await sell(world)
  expect((await sell(world, { amountMinor: 1_501 })).result).toEqual({
    status: 'refused',
    code: 'offline_card_total_above_limit',
  })
  expect((await sell(world, { amountMinor: 1_500 })).result.status).toBe('stored')
  const other = await anotherTill(world)
  const intent = await other.terminal.createPaymentIntent(force)
  if (intent.status !== 'created') throw new Error(intent.code)
  await other.terminal.collectPaymentMethod(intent.intent)
  expect(await other.terminal.confirmPaymentIntent(intent.intent)).toEqual({
    status: 'refused',
    code: 'offline_card_count_above_limit',
  })
  world.reader.card = { facts: { fingerprint: 'another-card' } }
  expect((await sell(world)).result.status).toBe('stored')
  world.reader.card = {}
  await world.terminal.cancelPaymentIntent(first.intent.paymentId, 'canceled')
  expect((await sell(world)).result.status).toBe('stored')
  expect((await sell(world)).result.status).toBe('refused')
  await world.clock.advance(HOUR_MS)
  expect((await sell(world)).result.status).toBe('stored')
})

test('row 59, row 73: two tabs that take the same card at once never pass its limit together', async () => {
  const world = await offlineWorld({ perCard: { windowMs: HOUR_MS, count: 1, sumMinor: {} } })
  const tabs = [world.terminal, (await anotherTill(world)).terminal]
  const intents: PaymentIntent[] = []
  for (const tab of tabs) {
    const created = await tab.createPaymentIntent(force)
    if (created.status !== 'created') throw new Error(created.code)
    await tab.collectPaymentMethod(created.intent)
    intents.push(created.intent)
  }
  const results = await Promise.all(
    tabs.map((tab, at) => tab.confirmPaymentIntent(must(intents[at], 'one each'))),
  )
  expect(results.map((result) => result.status).toSorted()).toEqual(['refused', 'stored'])
  expect(results).toContainEqual({ status: 'refused', code: 'offline_card_count_above_limit' })
})

test('an approver is asked for with the card still in the reader, and stands in the record', async () => {
  const world = await offlineWorld({ approvalAboveMinor: { eur: 5_000 } })
  const intent = await collectedSale(world, { amountMinor: 5_001 })
  expect(intent.offlineNeeds).toEqual(['offline_approval_required'])
  expect(await world.terminal.confirmPaymentIntent(intent)).toEqual({
    status: 'refused',
    code: 'offline_approval_required',
  })
  expect(world.reader.completed).toEqual([])
  expect(await world.terminal.confirmPaymentIntent(intent, { approver: 'Grace' })).toMatchObject({
    status: 'stored',
  })
  expect((await journalOf(world)).at(-1)).toMatchObject({ kind: 'payment.accepted', approver: 'Grace' })
  expect((await openSale(world, { amountMinor: 5_000 })).offlineNeeds).toEqual([])
})

test('an attempt that was lost on its way waits for the approver and is not sent again', async () => {
  const world = await openWorld({
    before: (gateway) => {
      gateway.lease = { ...gateway.lease, approvalAboveMinor: { eur: 500 } }
    },
  })
  world.gateway.fault = ({ path }) => (path.includes('/attempts') ? 'lost' : null)
  const intent = await collectedSale(world)
  const asked = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(asked.value).toEqual({ status: 'refused', code: 'offline_approval_required' })
  const stored = await world.clock.until(world.terminal.confirmPaymentIntent(intent, { approver: 'Grace' }))
  expect(stored.value).toMatchObject({ status: 'stored' })
  const kinds = (await journalOf(world)).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'attempt.started')).toHaveLength(1)
  expect(kinds.slice(-2)).toEqual(['attempt.concluded', 'payment.accepted'])
})

test('a sale that waits for its approver can be taken back; the reader lets the card go', async () => {
  const world = await offlineWorld({ approvalAboveMinor: { eur: 500 } })
  const intent = await collectedSale(world)
  await world.terminal.confirmPaymentIntent(intent)
  expect(await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')).toEqual({ status: 'voided' })
  expect(world.reader.completed).toHaveLength(1)
})

test('SQ8: a contact is asked for above its threshold and leaves the device sealed, named by its record', async () => {
  const world = await offlineWorld({ contactAboveMinor: { eur: 500 } })
  const intent = await collectedSale(world)
  expect(await world.terminal.confirmPaymentIntent(intent)).toEqual({
    status: 'refused',
    code: 'offline_contact_required',
  })
  const empty = { contact: { email: null, phone: null } }
  expect(await world.terminal.confirmPaymentIntent(intent, empty)).toEqual({
    status: 'refused',
    code: 'parameter_invalid',
  })
  const contact = { email: 'ada@example.com', phone: null }
  expect(await world.terminal.confirmPaymentIntent(intent, { contact })).toMatchObject({ status: 'stored' })
  const records = await world.store.records({ afterSeq: 0, limit: 99 })
  expect(JSON.stringify(records)).not.toContain('ada@')
  const sealed = must(records.at(-1)?.wire.contact, 'the contact is with the record')
  const context = { account: ACCOUNT_ID, mode: 'test', device: DEVICE_ID, payment: intent.paymentId } as const
  expect(await openContact(nodeCrypto, () => sampleSealPair, context, sealed)).toEqual(contact)
  world.gateway.fault = () => null
  await world.clock.advance(2 * MINUTE_MS)
  expect((await world.terminal.payment(intent.paymentId))?.state).toBe('UPLOADED')
})

test('SQ4, TA5: a limit that is lowered on the device holds at once, in every tab and after a restart', async () => {
  const world = await offlineWorld({})
  const { terminal } = world
  const lower = { perPaymentMinor: { eur: 500 }, operator: 'Ada' }
  expect(await terminal.setLocalOfflineLimit(lower)).toMatchObject({ status: 'set' })
  const refused = { status: 'refused', code: 'offline_amount_above_limit' }
  expect(await terminal.createPaymentIntent({ ...force, amountMinor: 501 })).toEqual(refused)
  const restarted = await anotherTill(world)
  expect(await restarted.terminal.createPaymentIntent({ ...force, amountMinor: 501 })).toEqual(refused)
  const raised = { status: 'refused', code: 'offline_limit_not_lower' }
  expect(await terminal.setLocalOfflineLimit({ perPaymentMinor: { eur: 501 } })).toEqual(raised)
  await terminal.setLocalOfflineLimit({ allowed: false })
  expect(await restarted.terminal.createPaymentIntent(force)).toEqual({
    status: 'refused',
    code: 'offline_not_allowed',
  })
  expect(await restarted.terminal.setLocalOfflineLimit({ allowed: true })).toEqual(raised)

  world.gateway.fault = () => null
  await world.clock.advance(2 * MINUTE_MS)
  const wide = { allowed: true, perPaymentMinor: { eur: 999_999 } }
  expect(await terminal.setLocalOfflineLimit(wide)).toMatchObject({ status: 'set' })
  expect(await terminal.createPaymentIntent({ ...force, amountMinor: 10_001 })).toEqual(refused)
  expect(await terminal.createPaymentIntent({ ...force, amountMinor: 10_000 })).toMatchObject({
    status: 'created',
  })
})

test('SQ4: a limit that is lowered while the card is in the reader refuses the sale', async () => {
  const world = await offlineWorld({})
  const intent = await collectedSale(world)
  await world.terminal.setLocalOfflineLimit({ perPaymentMinor: { eur: 999 } })
  expect(await world.terminal.confirmPaymentIntent(intent)).toEqual({
    status: 'refused',
    code: 'offline_amount_above_limit',
  })
})

test('MC2: the same card and amount minutes ago is named, also when it was approved online; not a void, not later', async () => {
  const world = await openWorld()
  const { terminal, clock } = world
  const card = { fingerprint: 'fp-visa-4242' }
  const eur = (amountMinor: number) => ({ amountMinor, currency: 'eur' }) as const
  expect(await terminal.sameCardRecently(card, eur(1_000))).toBeNull()
  const online = await sell(world)
  expect((await terminal.sameCardRecently(card, eur(1_000)))?.paymentId).toBe(online.intent.paymentId)
  expect(await terminal.sameCardRecently(card, eur(1_001))).toBeNull()
  expect(await terminal.sameCardRecently({ fingerprint: 'other' }, eur(1_000))).toBeNull()
  await goOffline(world)
  const stored = await sell(world, { amountMinor: 700 })
  expect((await terminal.sameCardRecently(card, eur(700)))?.paymentId).toBe(stored.intent.paymentId)
  await terminal.cancelPaymentIntent(stored.intent.paymentId, 'canceled')
  expect(await terminal.sameCardRecently(card, eur(700))).toBeNull()
  await clock.advance(10 * MINUTE_MS + 1)
  expect(await terminal.sameCardRecently(card, eur(1_000))).toBeNull()
})

test('row 31: after a reboot a lease that wants the time of this boot takes nothing until the gateway has spoken', async () => {
  const world = await offlineWorld({ clockTrustMin: 'trusted' })
  expect((await sell(world)).result.status).toBe('stored')
  const rebooted = new VirtualClock({ bootId: 'boot-2', wallMs: world.clock.wallMs() })
  const { terminal } = await anotherTill(world, rebooted)
  expect(await terminal.createPaymentIntent(force)).toEqual({
    status: 'refused',
    code: 'offline_clock_untrusted',
  })
})

test.each<[string, Partial<Lease>, Partial<ScriptedReader['card']['facts'] & object>, string]>([
  ['row 72: a card of the deny list', { denied: ['fp-visa-4242'] }, {}, 'offline_card_denied'],
  ['SQ9: Interac', { brandsRefused: [] }, { aid: 'A0000002771010' }, 'offline_card_brand_not_allowed'],
  [
    'TM9: a tap in a region of strong authentication',
    { cvms: { contactless: ['device'] } },
    { entryMode: 'contactless', cvm: 'none' },
    'offline_customer_authentication_required',
  ],
  ['an application of the list', { aidsRefused: ['A000000003'] }, {}, 'offline_card_application_not_allowed'],
])('%s is refused and never queued', async (_what, lease, facts, code) => {
  const world = await offlineWorld(lease)
  world.reader.card = { facts }
  expect((await sell(world)).result).toEqual({ status: 'refused', code })
  expect((await journalOf(world)).map(({ kind }) => kind)).not.toContain('payment.accepted')
  expect(world.terminal.offlineStatus().queued).toBe(0)
})

test.each<[string, Partial<Lease>, string]>([
  ['SQ7: nobody took the risk on', { liability: null }, 'offline_liability_not_accepted'],
  [
    'the device’s share of the location’s cap is used up',
    { deviceTotals: { storedTotalMinor: { eur: 99 }, storedCount: 9 } },
    'offline_device_total_above_limit',
  ],
  [
    'no more payments of any kind',
    { deviceTotals: { storedTotalMinor: { eur: 9_999 }, storedCount: 0 } },
    'offline_device_count_above_limit',
  ],
])('%s: refused before the card is read', async (_what, lease, code) => {
  const world = await offlineWorld(lease)
  expect(await world.terminal.createPaymentIntent(force)).toEqual({ status: 'refused', code })
})

test('MP3: a reader that was not online for 30 days takes nothing offline', async () => {
  const { lastOnlineMs, ...reader } = must((await offlineWorld({})).gateway.lease.readers[0], 'a reader')
  const seenMs = lastOnlineMs - READER_UNSEEN_MAX_MS
  const world = await offlineWorld({ readers: [{ ...reader, lastOnlineMs: seenMs }] })
  expect(await world.terminal.createPaymentIntent(force)).toEqual({
    status: 'refused',
    code: 'reader_type_not_seen_online',
  })
})
