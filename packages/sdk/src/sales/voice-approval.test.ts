import { atRisk, must, tallyOf } from '@holdfast/core'
import type { Lease } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { receiptOf } from '../terminal/receipt.ts'
import type { ConfirmOptions, ConfirmResult, PaymentIntent } from './payment-intent.ts'
import type { ScriptedCard } from '../test-support/scripted-reader.ts'
import { collectedSale, goOffline, headOf, journalOf, openWorld, type World } from '../test-support/world.ts'

const REFERRAL = { result: 'declined', responseCode: '01' } as const
const SMALL = { perPaymentMinor: { eur: 500 } }

test('a sale that cannot be authorised online is stored as a voice approval, with its code in the record', async () => {
  const world = await voiceWorld()
  await goOffline(world)
  const { intent, result } = await sellWith(world, { voiceCode: 'ab12c' })
  expect(result).toMatchObject({ status: 'stored', kind: 'voice', why: 'internet' })
  expect(await acceptedIn(world)).toMatchObject([{ decision: { kind: 'voice', voiceCode: 'AB12C' } }])
  const payment = must(await world.terminal.payment(intent.paymentId), 'stored')
  expect(payment).toMatchObject({ state: 'QUEUED', offlineKind: 'voice', voiceCode: 'AB12C' })
  const { stored } = (await headOf(world)).exposure
  expect(tallyOf(stored.voice, 'eur')).toEqual({ count: 1, sumMinor: 1_000 })
  expect(stored.deferred).toEqual({})
  await world.terminal.close()
})

test('each kind has its own words on the merchant’s copy; only the voice approval has a code, and it stays through the upload', async () => {
  const world = await voiceWorld()
  await goOffline(world)
  const cases: readonly [ScriptedCard, ConfirmOptions, object][] = [
    [{}, {}, { wording: 'stored_not_authorised', authorisationCode: null, offlineKind: 'deferred' }],
    [
      { first: 'TC' },
      {},
      { wording: 'card_approved_not_collected', authorisationCode: null, offlineKind: 'card_approved' },
    ],
    [
      {},
      { voiceCode: '654321' },
      { wording: 'voice_approved_not_collected', authorisationCode: '654321', offlineKind: 'voice' },
    ],
  ]
  const sold: string[] = []
  for (const [card, options, merchant] of cases) {
    world.reader.card = card
    const { intent } = await sellWith(world, options)
    sold.push(intent.paymentId)
    expect(await receiptFor(world, intent.paymentId)).toMatchObject({
      merchant,
      customer: { wording: 'accepted_offline' },
    })
  }
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  const voice = must(sold.at(-1), 'sold')
  expect(await world.terminal.payment(voice)).toMatchObject({ state: 'UPLOADED', voiceCode: '654321' })
  expect(await world.terminal.queue.get(voice)).toMatchObject({
    offlineKind: 'voice',
    card: { receiptDetails: { authorisationCode: '654321' } },
  })
  await world.terminal.close()
})

test('with the network up the issuer is asked all the same, and its answer counts', async () => {
  const world = await voiceWorld()
  const { result } = await sellWith(world, { voiceCode: 'AB12C' })
  expect(result).toMatchObject({ status: 'approved', approvalCode: '123456' })
  world.gateway.issuer = [{ result: 'declined', responseCode: '05' }]
  const { intent, result: declined } = await sellWith(world, { voiceCode: 'AB12C' })
  expect(declined).toEqual({ status: 'declined', paymentId: intent.paymentId, responseCode: '05' })
  await goOffline(world)
  await world.terminal.collectPaymentMethod(intent)
  expect(await confirm(world, intent, { voiceCode: 'AB12C' })).toEqual({
    status: 'refused',
    code: 'card_declined',
  })
  await world.terminal.close()
})

test('a code without terms for it is refused before anything is stored', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { result } = await sellWith(world, { voiceCode: 'AB12C' })
  expect(result).toEqual({ status: 'refused', code: 'offline_kind_not_allowed' })
  expect(await acceptedIn(world)).toEqual([])
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(0)
  await world.terminal.close()
})

test.each(['', '1234567', 'AB-12', 'ÄB12', ' 1234'])('%j is no approval code', async (voiceCode) => {
  const world = await voiceWorld()
  const intent = await collectedSale(world)
  expect(await confirm(world, intent, { voiceCode })).toEqual({
    status: 'refused',
    code: 'parameter_invalid',
  })
  // The card is still there.
  expect(await confirm(world, intent, {})).toMatchObject({ status: 'approved' })
  await world.terminal.close()
})

test('a sale that is too large to be deferred says that a call could help, and the same card is then stored with the code', async () => {
  const world = await voiceWorld({ deferred: SMALL })
  await goOffline(world)
  const { intent, result } = await sellWith(world, {})
  expect(result).toEqual({ status: 'refused', code: 'offline_amount_above_limit', voicePossible: true })
  expect(await confirm(world, intent, { voiceCode: '777' })).toMatchObject({
    status: 'stored',
    kind: 'voice',
  })
  // The reader ended the card once.
  expect(world.reader.completed).toHaveLength(1)
  await world.terminal.close()
})

test('a card that agrees by itself (Y3) is taken so, before anybody is called', async () => {
  const world = await voiceWorld({ deferred: SMALL })
  await goOffline(world)
  world.reader.card = { finalOffline: 'TC' }
  const { result } = await sellWith(world, {})
  expect(result).toMatchObject({ status: 'stored', kind: 'card_approved' })
  await world.terminal.close()
})

test('a call is not proposed where it cannot help', async () => {
  const world = await voiceWorld({ deferred: SMALL, voice: SMALL })
  await goOffline(world)
  expect((await sellWith(world, {})).result).toEqual({
    status: 'refused',
    code: 'offline_amount_above_limit',
  })
  expect((await sellWith(world, { offlineBehavior: 'require_online' })).result).toEqual({
    status: 'refused',
    code: 'offline_required_online',
  })
  await world.terminal.close()
})

test('whoever goes on without the code has another card read, and the first one is forgotten', async () => {
  const world = await voiceWorld({ deferred: SMALL })
  await goOffline(world)
  const { intent } = await sellWith(world, {})
  await world.terminal.collectPaymentMethod(intent)
  world.reader.card = { first: 'TC', facts: { fingerprint: 'another', last4: '1111' } }
  await world.terminal.collectPaymentMethod(intent)
  expect(await confirm(world, intent, {})).toMatchObject({ kind: 'card_approved', card: { last4: '1111' } })
  await world.terminal.close()
})

test('above the threshold the supervisor is asked after the code, and the code is kept for it', async () => {
  const world = await voiceWorld({ deferred: SMALL }, { approvalAboveMinor: { eur: 600 } })
  await goOffline(world)
  const { intent, result } = await sellWith(world, {})
  expect(result).toMatchObject({ status: 'refused', voicePossible: true })
  expect(await confirm(world, intent, { voiceCode: '777' })).toEqual({
    status: 'refused',
    code: 'offline_approval_required',
  })
  expect(await confirm(world, intent, { voiceCode: '777', approver: 'Ada' })).toMatchObject({ kind: 'voice' })
  await world.terminal.close()
})

test('an issuer that wants to be called has not declined: its code by telephone is stored as a try of its own', async () => {
  const world = await voiceWorld()
  world.gateway.issuer = [REFERRAL]
  const { intent, result } = await sellWith(world, {})
  const { paymentId } = intent
  expect(result).toEqual({ status: 'declined', paymentId, responseCode: '01', voicePossible: true })
  expect(await confirm(world, intent, { voiceCode: 'C0DE1' })).toMatchObject({
    status: 'stored',
    kind: 'voice',
  })
  const journal = await journalOf(world)
  const [asked] = journal.filter(({ kind }) => kind === 'attempt.started')
  const [concluded] = journal.filter(({ kind }) => kind === 'attempt.concluded')
  const [accepted] = await acceptedIn(world)
  expect(concluded).toMatchObject({ attempt: asked?.['attempt'], result: 'declined', responseCode: '01' })
  expect(accepted).toMatchObject({ ordinal: 2, read: asked?.['read'], decision: { voiceCode: 'C0DE1' } })
  expect(accepted?.['attempt']).not.toBe(asked?.['attempt'])
  await world.terminal.close()
})

test('a code that is already there is taken at the referral; without one the card is not stored in another kind', async () => {
  const world = await voiceWorld()
  world.gateway.issuer = [{ result: 'declined', responseCode: '02' }]
  expect((await sellWith(world, { voiceCode: '1' })).result).toMatchObject({
    status: 'stored',
    kind: 'voice',
  })
  const { intent } = await sellWith(world, {})
  await goOffline(world)
  await world.terminal.collectPaymentMethod(intent)
  expect(await confirm(world, intent, {})).toEqual({
    status: 'refused',
    code: 'card_declined',
    voicePossible: true,
  })
  expect(await acceptedIn(world)).toHaveLength(1)
  await world.terminal.close()
})

test('a referral under a lease without voice is a decline like any other', async () => {
  const world = await openWorld()
  world.gateway.issuer = [REFERRAL]
  const { intent, result } = await sellWith(world, {})
  expect(result).toEqual({ status: 'declined', paymentId: intent.paymentId, responseCode: '01' })
  await world.terminal.close()
})

test('after an attempt that was sent and not answered, the voice approval claims nothing of it', async () => {
  const world = await voiceWorld()
  const intent = await collectedSale(world)
  world.gateway.fault = ({ path }) => (path === '/device/v1/attempts' ? 'lost' : null)
  expect(await confirm(world, intent, { voiceCode: '777' })).toMatchObject({
    status: 'stored',
    kind: 'voice',
  })
  const journal = await journalOf(world)
  const asked = journal.find(({ kind }) => kind === 'attempt.started')
  const concluded = journal.find(({ kind }) => kind === 'attempt.concluded')
  const [accepted] = await acceptedIn(world)
  expect(concluded).toMatchObject({ attempt: asked?.['attempt'], ordinal: 1, result: 'no_answer' })
  expect(accepted).toMatchObject({ ordinal: 2 })
  expect(accepted?.['attempt']).not.toBe(asked?.['attempt'])
  await world.terminal.close()
})

type Kinds = Lease['kinds']
type KindChanges = Partial<Record<keyof Kinds, Partial<Kinds['deferred']>>>

/** Its lease has all three kinds. */
async function voiceWorld(changes: KindChanges = {}, lease: Partial<Lease> = {}): Promise<World> {
  return openWorld({
    before(gateway) {
      const plain = must(gateway.lease.kinds.deferred, 'the lease of the tests has it')
      const kinds = {
        deferred: { ...plain, ...changes.deferred },
        card_approved: plain,
        voice: { ...plain, ...changes.voice },
      }
      gateway.lease = { ...gateway.lease, ...lease, kinds }
    },
  })
}

async function sellWith(world: World, options: ConfirmOptions) {
  const intent = await collectedSale(world)
  return { intent, result: await confirm(world, intent, options) }
}

async function confirm(world: World, intent: PaymentIntent, options: ConfirmOptions): Promise<ConfirmResult> {
  return (await world.clock.until(world.terminal.confirmPaymentIntent(intent, options))).value
}

async function acceptedIn(world: World) {
  return (await journalOf(world)).filter(({ kind }) => kind === 'payment.accepted')
}

async function receiptFor({ terminal }: World, paymentId: string) {
  const payment = must(await terminal.payment(paymentId), 'it was sold')
  return receiptOf(payment, must(terminal.settings(), 'enrolled'))
}
