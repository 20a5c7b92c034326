import { atRisk, must, tallyOf, toBase64Url } from '@holdfast/core'
import { generateNodeKey, nodeSigningKey } from '@holdfast/envelope/node'
import type { OutcomeStatement } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import type { JournalStore } from '../journal/journal-store.ts'
import { gatewayKey } from '../test-support/sample-lease.ts'
import { headOf, memoryStore, openSale, openWorld, sell, type World } from '../test-support/world.ts'

test('SQ15: an outcome settles the payment, frees its place, and swaps the sealed block for the signed word', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(1)
  await world.gateway.say(outcome(intent.paymentId))
  await world.clock.advance(1_000)
  const payment = await world.terminal.payment(intent.paymentId)
  expect(payment).toMatchObject({ state: 'PROCESSED', sealedSeqs: [] })
  expect(payment?.state === 'PROCESSED' && JSON.parse(payment.outcome.payload).approvalCode).toBe('777777')
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur')).toEqual({ count: 0, sumMinor: 0 })
  for (const { wire } of await world.store.records({ afterSeq: 0, limit: 99 })) expect(wire.sealed).toBeNull()
  expect(world.events).toContainEqual({ type: 'paymentChanged', payment })
  await world.terminal.close()
})

test('a decline after the goods have gone is FAILED_TO_PROCESS with the issuer’s code', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.gateway.say({
    ...outcome(intent.paymentId),
    status: 'declined',
    responseCode: '51',
    approvalCode: null,
  })
  await world.clock.advance(1_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({
    state: 'FAILED_TO_PROCESS',
    code: '51',
  })
  await world.terminal.close()
})

test('a word that comes twice frees its place once; the later word counts', async () => {
  const world = await openWorld()
  const first = await sell(world, { offlineBehavior: 'force_offline' })
  await sell(world, { offlineBehavior: 'force_offline' })
  const { paymentId } = first.intent
  await world.gateway.say(outcome(paymentId))
  await world.gateway.say(outcome(paymentId))
  await world.gateway.say({ ...outcome(paymentId), status: 'canceled', responseCode: null })
  await world.clock.advance(1_000)
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(1)
  expect(await world.terminal.payment(paymentId)).toMatchObject({
    state: 'FAILED_TO_PROCESS',
    code: 'canceled',
  })
  await world.terminal.close()
})

test('an approval online that did not last is shown as failed, and its success erases the sealed block', async () => {
  const world = await openWorld()
  const good = await sell(world)
  const bad = await sell(world)
  await world.gateway.say(outcome(good.intent.paymentId))
  await world.gateway.say({ ...outcome(bad.intent.paymentId), status: 'declined', responseCode: '05' })
  await world.clock.advance(1_000)
  expect(await world.terminal.payment(good.intent.paymentId)).toMatchObject({
    state: 'ACCEPTED_ONLINE',
    sealedSeqs: [],
  })
  expect(await world.terminal.payment(bad.intent.paymentId)).toMatchObject({
    state: 'FAILED_TO_PROCESS',
    code: '05',
    offlineKind: null,
  })
  await world.terminal.close()
})

test('a void stays the device’s last word whatever the feed says', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
  await world.gateway.say(outcome(intent.paymentId))
  await world.clock.advance(1_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'VOIDED' })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(0)
  await world.terminal.close()
})

test('a word about a sale that is still open frees nothing: its place is in use', async () => {
  const world = await openWorld()
  const { paymentId } = await openSale(world)
  await world.gateway.say({ ...outcome(paymentId), status: 'declined', responseCode: '05' })
  await world.clock.advance(1_000)
  expect(await world.terminal.payment(paymentId)).toMatchObject({ state: 'OPEN', reserved: true })
  expect(tallyOf((await headOf(world)).exposure.reserved, 'eur').count).toBe(1)
  await world.terminal.close()
})

test('an outcome that a stranger signed is not applied, and nothing behind it is passed by', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(1_000)
  const stranger = nodeSigningKey(generateNodeKey('ed25519'))
  world.gateway.key = stranger
  const said = world.gateway.say(outcome(intent.paymentId))
  world.gateway.key = gatewayKey
  await said
  await world.clock.advance(60_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'UPLOADED' })
  expect(await cursorOf(world)).toEqual({ generation: 1, after: 0 })
  await world.terminal.close()
})

test('the cursor moves in the same commit as the outcomes: a lost commit applies them again, once', async () => {
  const inner = memoryStore()
  let failures = 0
  const store: JournalStore = {
    ...inner,
    async commit(version, change) {
      const result = await inner.commit(version, change)
      if ('feed' in change.values && change.payments.length > 0 && failures < 2) {
        failures += 1
        throw new Error('the answer of the disk was lost')
      }
      return result
    },
  }
  const world = await openWorld({ store })
  await sell(world, { offlineBehavior: 'force_offline' })
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.gateway.say(outcome(intent.paymentId))
  await world.clock.advance(60_000)
  expect(failures).toBe(1)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'PROCESSED' })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(1)
  expect(await cursorOf(world)).toEqual({ generation: 1, after: 1 })
  await world.terminal.close()
})

test('SQ4: a newer lease counts at once; an older one, a foreign one and an unsigned one never', async () => {
  const world = await openWorld()
  const { lease } = world.gateway
  const kinds = { deferred: { ...must(lease.kinds.deferred, 'sample'), perPaymentMinor: { eur: 500 } } }
  const pulse = async () => {
    await world.gateway.say(outcome('pi_000000000000000000000000'))
    await world.clock.advance(2_000)
  }
  world.gateway.lease = { ...lease, number: 3, kinds }
  await pulse()
  expect(world.terminal.settings()?.offlinePerPaymentMinor).toEqual({ eur: 500 })
  world.gateway.lease = { ...lease, number: 2 }
  await pulse()
  expect(world.terminal.settings()?.offlinePerPaymentMinor).toEqual({ eur: 500 })
  world.gateway.lease = { ...lease, number: 9, account: 'acct_000000000000000000000009' }
  await pulse()
  expect(world.terminal.settings()?.offlinePerPaymentMinor).toEqual({ eur: 500 })
  expect(world.events.filter(({ type }) => type === 'leaseChanged')).toHaveLength(2)
  await world.terminal.close()
})

test('fault 67: the gateway changes its key through a lease that the old key signed, never otherwise', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  const next = nodeSigningKey(generateNodeKey('ed25519'))
  const entry = { keyId: next.keyId, publicKey: toBase64Url(next.publicKey) }
  world.gateway.key = next
  world.gateway.lease = { ...world.gateway.lease, number: 2, gatewayKeys: [entry] }
  await world.gateway.say(outcome(intent.paymentId))
  await world.clock.advance(90_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'UPLOADED' })
  world.gateway.key = gatewayKey
  world.gateway.lease = { ...world.gateway.lease, gatewayKeys: [entry, ...world.gateway.lease.gatewayKeys] }
  await world.clock.advance(90_000)
  world.gateway.key = next
  await world.clock.advance(120_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'PROCESSED' })
  await world.terminal.close()
})

test('ST13: what was kept for review and released is uploaded, still at risk and with its card, until its last word', async () => {
  const world = await keptForReview()
  const { paymentId, attemptId } = world.kept
  await world.gateway.say({ ...outcome(paymentId), ...UNDECIDED, status: 'processing', attempt: attemptId })
  await world.clock.advance(1_000)
  expect(await world.terminal.payment(paymentId)).toMatchObject({ state: 'UPLOADED' })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(1)
  await world.gateway.say({ ...outcome(paymentId), attempt: attemptId })
  await world.clock.advance(1_000)
  expect(await world.terminal.payment(paymentId)).toMatchObject({ state: 'PROCESSED', sealedSeqs: [] })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(0)
  await world.terminal.close()
})

test.each(['review_rejected', 'deferred_too_old', 'never_decided'] as const)(
  'a payment that a person closed says %s, and what that one wrote',
  async (why) => {
    const world = await keptForReview()
    const { paymentId, attemptId } = world.kept
    const givenUp = { why, note: 'sold by nobody' }
    await world.gateway.say({
      ...outcome(paymentId),
      ...UNDECIDED,
      status: 'declined',
      attempt: attemptId,
      givenUp,
    })
    await world.clock.advance(1_000)
    expect(await world.terminal.payment(paymentId)).toMatchObject({
      state: 'FAILED_TO_PROCESS',
      code: why,
      note: 'sold by nobody',
    })
    expect(await world.terminal.queue.get(paymentId)).toMatchObject({
      failure: { category: 'given_up', code: why, detail: 'sold by nobody' },
    })
    await world.terminal.close()
  },
)

test('a word about another card of the same payment, which a copy of this device has read, changes nothing', async () => {
  const world = await keptForReview()
  const { paymentId } = world.kept
  await world.gateway.say({ ...outcome(paymentId), attempt: 'att_000000000000000000000099' })
  await world.clock.advance(1_000)
  expect(await world.terminal.payment(paymentId)).toMatchObject({ state: 'FAILED_TO_UPLOAD' })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(1)
  await world.terminal.close()
})

const UNDECIDED = { responseCode: null, approvalCode: null } as const

async function keptForReview() {
  const world = await openWorld()
  world.gateway.verdict = ({ kind }) =>
    kind === 'payment.accepted'
      ? { verdict: 'parked', code: 'duplicate_suspected' }
      : { verdict: 'received', code: null }
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(1_000)
  const payment = must(await world.terminal.payment(intent.paymentId), 'it was stored')
  if (payment.state !== 'FAILED_TO_UPLOAD') throw new Error(payment.state)
  return { ...world, kept: payment }
}

test('another generation starts the cursor again', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.gateway.say(outcome(intent.paymentId))
  await world.clock.advance(1_000)
  world.gateway.restore()
  await world.gateway.say(outcome(intent.paymentId))
  await world.clock.advance(30_000)
  expect(await cursorOf(world)).toEqual({ generation: 2, after: 1 })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'PROCESSED' })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur').count).toBe(0)
  await world.terminal.close()
})

async function cursorOf({ store }: World): Promise<unknown> {
  return JSON.parse((await store.value('feed')) ?? 'null')
}

type Said = Omit<OutcomeStatement, 'device' | 'generation' | 'atMs'>

function outcome(payment: string): Said {
  const money = { amountMinor: 1_000, currency: 'eur' } as const
  return { payment, status: 'succeeded', ...money, attempt: null, responseCode: '00', approvalCode: '777777' }
}
