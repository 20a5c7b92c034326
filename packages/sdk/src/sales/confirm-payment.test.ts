import { atRisk, tallyOf } from '@holdfast/core'
import { generateNodeKey, nodeSigningKey } from '@holdfast/envelope/node'
import { expect, test } from 'vitest'
import type { JournalStore } from '../journal/journal-store.ts'
import type { NetworkAnswer } from '../network.ts'
import {
  collectedSale,
  goOffline,
  headOf,
  journalOf,
  memoryStore,
  openSale,
  openWorld,
  sell,
  type World,
} from '../test-support/world.ts'

const PORTAL: NetworkAnswer = {
  reached: true,
  status: 200,
  body: '<html>Welcome to Café Wi-Fi</html>',
  retryAfterMs: null,
}

test('attempt.started is durable before the gateway hears of the attempt', async () => {
  const order: string[] = []
  const inner = memoryStore()
  const store: JournalStore = {
    ...inner,
    async commit(version, change) {
      const result = await inner.commit(version, change)
      for (const { wire } of change.append) order.push(JSON.parse(wire.header).kind)
      return result
    },
  }
  const world = await openWorld({ store })
  world.gateway.fault = ({ path }) => {
    if (path === '/device/v1/attempts') order.push('sent')
    return null
  }
  await sell(world)
  expect(order.slice(2)).toEqual(['attempt.started', 'sent', 'attempt.concluded', 'payment.accepted'])
  await world.terminal.close()
})

test('an approval and its acceptance are one commit', async () => {
  const commits: string[][] = []
  const inner = memoryStore()
  const store: JournalStore = {
    ...inner,
    commit: (version, change) => {
      commits.push(change.append.map(({ wire }) => JSON.parse(wire.header).kind))
      return inner.commit(version, change)
    },
  }
  const world = await openWorld({ store })
  await sell(world)
  expect(commits).toContainEqual(['attempt.concluded', 'payment.accepted'])
  await world.terminal.close()
})

test('a decline leaves the sale open for another card, which may be approved', async () => {
  const world = await openWorld()
  world.gateway.issuer = [
    { result: 'declined', responseCode: '51' },
    { result: 'approved', responseCode: '00', approvalCode: 'A1' },
  ]
  const { intent, result } = await sell(world)
  expect(result).toEqual({ status: 'declined', paymentId: intent.paymentId, responseCode: '51' })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'OPEN', sealedSeqs: [] })
  world.reader.card = { facts: { fingerprint: 'another', last4: '1111' } }
  await world.terminal.collectPaymentMethod(intent)
  const second = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(second.value).toMatchObject({ status: 'approved', approvalCode: 'A1', card: { last4: '1111' } })
  const accepted = (await journalOf(world)).find(({ kind }) => kind === 'payment.accepted')
  expect(accepted?.['ordinal']).toBe(2)
  await world.terminal.close()
})

test('a decline is never stored over: not with the network gone, not by force; another card may be', async () => {
  const world = await openWorld()
  world.gateway.issuer = [{ result: 'declined', responseCode: '05' }]
  const { intent } = await sell(world)
  await goOffline(world)
  await world.terminal.collectPaymentMethod(intent)
  const again = await world.clock.until(
    world.terminal.confirmPaymentIntent(intent, { offlineBehavior: 'force_offline' }),
  )
  expect(again.value).toEqual({ status: 'refused', code: 'card_declined' })
  world.reader.card = { facts: { fingerprint: 'another' } }
  await world.terminal.collectPaymentMethod(intent)
  const other = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(other.value).toMatchObject({ status: 'stored', kind: 'deferred' })
  const accepted = (await journalOf(world)).filter(({ kind }) => kind === 'payment.accepted')
  expect(accepted).toHaveLength(1)
  expect(accepted[0]?.['ordinal']).toBe(2)
  await world.terminal.close()
})

test('the sealed block of a declined card is erased, and the chain stays', async () => {
  const world = await openWorld()
  world.gateway.issuer = [{ result: 'declined', responseCode: '05' }]
  await sell(world)
  for (const { wire } of await world.store.records({ afterSeq: 0, limit: 99 })) expect(wire.sealed).toBeNull()
  await world.terminal.close()
})

test.each<[string, (world: World) => void]>([
  ['a gateway that does not answer', ({ gateway }) => (gateway.fault = () => 'hang')],
  ['a captive portal', ({ gateway }) => (gateway.fault = () => PORTAL)],
  ['a redirect', ({ gateway }) => (gateway.fault = () => ({ ...PORTAL, reached: true, status: 302 }))],
  ['answers that are lost', ({ gateway }) => (gateway.fault = () => 'lost')],
  ['a stranger who signs', ({ gateway }) => (gateway.key = nodeSigningKey(generateNodeKey('ed25519')))],
])('P4: with %s a sale is stored within two seconds', async (_, breakIt) => {
  const world = await openWorld()
  const intent = await collectedSale(world)
  breakIt(world)
  const { value, tookMs } = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(value).toMatchObject({ status: 'stored', why: 'internet' })
  expect(tookMs).toBeLessThanOrEqual(2_000)
  await world.clock.advance(2_000)
  expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'offline', queued: 1 })
  const [started, accepted] = await Promise.all(
    ['attempt.started', 'payment.accepted'].map(async (wanted) =>
      (await journalOf(world)).find(({ kind }) => kind === wanted),
    ),
  )
  // The gateway can adopt a late approval only if the stored payment names the attempt that was sent.
  expect(accepted?.['attempt']).toBe(started?.['attempt'])
  await world.terminal.close()
})

test('once the outage is known, a sale is stored at once and nobody is asked', async () => {
  const world = await openWorld()
  await goOffline(world)
  const intent = await collectedSale(world)
  const asked = world.gateway.requests.length
  const { value, tookMs } = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(value).toMatchObject({ status: 'stored', why: 'internet' })
  expect(tookMs).toBe(0)
  expect(world.gateway.pathsSince(asked)).not.toContain('/device/v1/attempts')
  await world.terminal.close()
})

test('a 503 of the gateway itself is a service outage', async () => {
  const world = await openWorld()
  const intent = await collectedSale(world)
  world.gateway.fault = () => ({ reached: true, status: 503, body: '', retryAfterMs: null })
  const { value } = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(value).toMatchObject({ status: 'stored', why: 'service' })
  await world.terminal.close()
})

test('a slow issuer is waited for as long as the acquirer says, then the sale is stored under the same attempt', async () => {
  const world = await openWorld()
  world.gateway.issuer = [{ result: 'pending' }]
  const { result, tookMs } = await sell(world)
  expect(result).toMatchObject({ status: 'stored', why: 'no_answer' })
  expect(tookMs).toBeGreaterThanOrEqual(15_000)
  expect(tookMs).toBeLessThan(17_000)
  const concluded = (await journalOf(world)).find(({ kind }) => kind === 'attempt.concluded')
  expect(concluded?.['result']).toBe('no_answer')
  expect(world.terminal.offlineStatus().networkStatus).toBe('online')
  await world.terminal.close()
})

test('an issuer that answers late, but in time, is heard', async () => {
  const world = await openWorld()
  world.gateway.issuer = [{ result: 'pending' }]
  const intent = await collectedSale(world)
  const confirming = world.terminal.confirmPaymentIntent(intent)
  await world.clock.advance(8_000)
  for (const attempt of world.gateway.attempts.values()) {
    attempt.outcome = { result: 'approved', responseCode: '00', approvalCode: 'LATE' }
  }
  const { value } = await world.clock.until(confirming)
  expect(value).toMatchObject({ status: 'approved', approvalCode: 'LATE' })
  await world.terminal.close()
})

test('a link that dies while the issuer thinks ends the wait long before the timer', async () => {
  const world = await openWorld()
  world.gateway.issuer = [{ result: 'pending' }]
  const intent = await collectedSale(world)
  const confirming = world.terminal.confirmPaymentIntent(intent)
  await world.clock.advance(500)
  world.gateway.fault = () => ({ reached: false, why: 'reset' })
  const { value, tookMs } = await world.clock.until(confirming)
  expect(value).toMatchObject({ status: 'stored', why: 'no_answer' })
  expect(tookMs).toBeLessThan(5_000)
  await world.terminal.close()
})

test('an acquirer that is down defers the decision to the lease', async () => {
  const world = await openWorld()
  world.gateway.issuer = [{ result: 'defer' }]
  const { result } = await sell(world)
  expect(result).toMatchObject({ status: 'stored', kind: 'deferred', why: 'acquirer' })
  const concluded = (await journalOf(world)).find(({ kind }) => kind === 'attempt.concluded')
  expect(concluded?.['result']).toBe('deferred')
  await world.terminal.close()
})

test('an attempt that the gateway refuses is refused by name, and the sale stays open', async () => {
  const world = await openWorld()
  world.gateway.issuer = [{ result: 'refused', code: 'payment_terms_mismatch' }]
  const { result, intent } = await sell(world)
  expect(result).toEqual({ status: 'refused', code: 'payment_terms_mismatch' })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'OPEN' })
  await world.terminal.close()
})

test('a card that refuses after the issuer approved voids the sale in the same commit', async () => {
  const world = await openWorld()
  world.reader.card = { finalOnline: 'AAC' }
  const { result, intent } = await sell(world)
  expect(result).toEqual({ status: 'refused', code: 'offline_card_declined' })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({
    state: 'VOIDED',
    reason: 'card_refused',
  })
  const kinds = (await journalOf(world)).map(({ kind }) => kind)
  expect(kinds.slice(-2)).toEqual(['attempt.concluded', 'payment.voided'])
  expect(await world.terminal.confirmPaymentIntent(intent)).toEqual({
    status: 'refused',
    code: 'sale_not_open',
  })
  await world.terminal.close()
})

test('ST12: a card that approves by itself is a kind of its own, also with the network up, and nobody is asked', async () => {
  const world = await openWorld()
  world.reader.card = { first: 'TC' }
  const { result } = await sell(world)
  expect(result).toMatchObject({ status: 'stored', kind: 'card_approved', why: 'card' })
  expect(world.gateway.attempts.size).toBe(0)
  await world.terminal.close()
})

test('a card that approves after it could not go online is card_approved too (Y3)', async () => {
  const world = await openWorld()
  await goOffline(world)
  world.reader.card = { finalOffline: 'TC' }
  const { result } = await sell(world)
  expect(result).toMatchObject({ status: 'stored', kind: 'card_approved', why: 'internet' })
  await world.terminal.close()
})

test('a card that refuses at first is never deferred', async () => {
  const world = await openWorld()
  const intent = await openSale(world)
  world.reader.card = { first: 'AAC' }
  expect(await world.terminal.collectPaymentMethod(intent)).toEqual({
    status: 'refused',
    code: 'offline_card_declined',
  })
  expect(world.reader.completed).toHaveLength(1)
  expect(await world.terminal.confirmPaymentIntent(intent)).toMatchObject({ status: 'refused' })
  await world.terminal.close()
})

test('TM6: require_online never stores', async () => {
  const world = await openWorld()
  const intent = await collectedSale(world, { offlineBehavior: 'require_online' })
  world.gateway.fault = () => 'hang'
  const { value } = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(value).toEqual({ status: 'refused', code: 'offline_required_online' })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'OPEN' })
  await world.clock.advance(5_000)
  expect(
    await world.terminal.createPaymentIntent({
      amountMinor: 1,
      currency: 'eur',
      offlineBehavior: 'require_online',
    }),
  ).toEqual({ status: 'refused', code: 'offline_required_online' })
  await world.terminal.close()
})

test('TM6: force_offline never asks', async () => {
  const world = await openWorld()
  const { result } = await sell(world, { offlineBehavior: 'force_offline' })
  expect(result).toMatchObject({ status: 'stored', why: 'forced' })
  expect(world.gateway.attempts.size).toBe(0)
  await world.clock.advance(1_000)
  expect(world.terminal.offlineStatus().queued).toBe(0)
  await world.terminal.close()
})

test('SQ1: gone offline by hand, nobody is asked anything until it is taken back', async () => {
  const world = await openWorld()
  world.terminal.setForcedOffline(true)
  await world.clock.advance(100)
  const asked = world.gateway.requests.length
  const { result } = await sell(world)
  expect(result).toMatchObject({ status: 'stored', why: 'forced' })
  await world.clock.advance(300_000)
  expect(world.gateway.requests).toHaveLength(asked)
  expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'offline', outage: null, queued: 1 })
  world.terminal.setForcedOffline(false)
  await world.clock.advance(60_000)
  expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'online', queued: 0 })
  await world.terminal.close()
})

test('MP5: the stored total is reserved at create, so sales in hand together never exceed it', async () => {
  const world = await openWorld()
  await goOffline(world)
  const sales = await Promise.all(
    Array.from({ length: 12 }, () =>
      world.terminal.createPaymentIntent({ amountMinor: 10_000, currency: 'eur' }),
    ),
  )
  const intents = sales.flatMap((sale) => (sale.status === 'created' ? [sale.intent] : []))
  expect(intents.map(({ offlineRefusal }) => offlineRefusal === null)).toEqual([
    ...Array.from({ length: 10 }, () => true),
    false,
    false,
  ])
  const results = []
  for (const intent of intents) {
    await world.terminal.collectPaymentMethod(intent)
    results.push((await world.clock.until(world.terminal.confirmPaymentIntent(intent))).value)
  }
  expect(results.filter(({ status }) => status === 'stored')).toHaveLength(10)
  expect(results.at(-1)).toEqual({ status: 'refused', code: 'offline_stored_total_above_limit' })
  expect(tallyOf(atRisk((await headOf(world)).exposure), 'eur')).toEqual({ count: 10, sumMinor: 100_000 })
  await world.terminal.close()
})

test('force_offline above the limit is refused before the card is read', async () => {
  const world = await openWorld()
  const sale = { amountMinor: 10_001, currency: 'eur', offlineBehavior: 'force_offline' } as const
  expect(await world.terminal.createPaymentIntent(sale)).toEqual({
    status: 'refused',
    code: 'offline_amount_above_limit',
  })
  expect((await journalOf(world)).map(({ kind }) => kind)).toEqual(['epoch.started'])
  await world.terminal.close()
})

test('an online sale above the offline limits goes on, and says why it could not be stored', async () => {
  const world = await openWorld()
  const { intent, result } = await sell(world, { amountMinor: 50_000 })
  expect(intent.offlineRefusal).toBe('offline_amount_above_limit')
  expect(result).toMatchObject({ status: 'approved' })
  await world.terminal.close()
})

test('a double tap finds the first one running', async () => {
  const world = await openWorld()
  const intent = await collectedSale(world)
  const first = world.terminal.confirmPaymentIntent(intent)
  expect(await world.terminal.confirmPaymentIntent(intent)).toEqual({
    status: 'refused',
    code: 'sale_in_progress',
  })
  expect(await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')).toEqual({
    status: 'refused',
    code: 'sale_in_progress',
  })
  expect((await world.clock.until(first)).value).toMatchObject({ status: 'approved' })
  expect((await journalOf(world)).filter(({ kind }) => kind === 'payment.accepted')).toHaveLength(1)
  await world.terminal.close()
})

test('P1: what could not be written is not accepted, online and offline', async () => {
  const inner = memoryStore()
  let full = false
  const store: JournalStore = {
    ...inner,
    async commit(version, change) {
      if (full && change.append.some(({ wire }) => wire.header.includes('payment.accepted')))
        throw new Error('disk full')
      return inner.commit(version, change)
    },
  }
  const world = await openWorld({ store })
  full = true
  expect((await sell(world)).result).toEqual({ status: 'refused', code: 'journal_failed' })
  expect((await sell(world, { offlineBehavior: 'force_offline' })).result).toEqual({
    status: 'refused',
    code: 'journal_failed',
  })
  expect(world.events.filter(({ type }) => type === 'paymentStored')).toEqual([])
  await world.terminal.close()
})

test('a full disk refuses the sale before the card is read: the opening is as large as an accepted payment', async () => {
  const world = await openWorld()
  await sell(world, { offlineBehavior: 'force_offline' })
  const records = await world.store.records({ afterSeq: 0, limit: 9 })
  const sizeOf = (wanted: string) => {
    const record = records.find(({ wire }) => wire.header.includes(wanted))
    return (record?.wire.header.length ?? 0) + (record?.wire.sealed?.length ?? 0)
  }
  expect(sizeOf('"sale.opened"')).toBeGreaterThanOrEqual(sizeOf('"payment.accepted"'))
  expect(sizeOf('"sale.opened"')).toBeLessThan(5_000)
  await world.terminal.close()
})

test('MP3: a reader that was never online with this device takes nothing offline', async () => {
  const world = await openWorld({
    before: (gateway) => {
      gateway.lease = { ...gateway.lease, readers: [] }
    },
  })
  await goOffline(world)
  const { intent, result } = await sell(world)
  expect(intent.offlineRefusal).toBe('reader_new_offline')
  expect(result).toEqual({ status: 'refused', code: 'reader_new_offline' })
  await world.terminal.close()
})

test('a reader that was enrolled goes by the gateway’s id, whatever it calls itself', async () => {
  const world = await openWorld()
  world.reader.info = { ...world.reader.info, readerId: 'rdr_provisional0000000000000' }
  await goOffline(world)
  expect((await sell(world)).result.status).toBe('stored')
  expect((await journalOf(world)).at(-1)?.['reader']).toBe(world.terminal.settings()?.readerId)
  await world.terminal.close()
})
