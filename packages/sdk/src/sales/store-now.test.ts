import { expect, test } from 'vitest'
import type { IssuerWait } from './payment-intent.ts'
import { collectedSale, journalOf, openWorld, type World } from '../test-support/world.ts'

test('DESIGN 3.3: while the issuer is slow the cashier may store now; the attempt stays the one that was sent', async () => {
  const { world, confirming, wait, intent } = await waitingSale()
  expect(wait).toMatchObject({ timerMs: 15_000, mayStore: true })
  await world.clock.advance(3_000)
  wait.storeNow()
  const { value, tookMs } = await world.clock.until(confirming)
  expect(value).toMatchObject({ status: 'stored', why: 'no_answer', paymentId: intent.paymentId })
  expect(tookMs).toBeLessThan(100)
  const journal = await journalOf(world)
  const attempts = journal
    .filter(({ attempt }) => attempt !== undefined)
    .map(({ kind, attempt }) => [kind, attempt])
  const [sent] = journal.filter(({ kind }) => kind === 'attempt.started').map(({ attempt }) => attempt)
  // A late approval is adopted by the gateway because the stored payment names the attempt that it belongs to.
  expect(attempts).toEqual([
    ['attempt.started', sent],
    ['attempt.concluded', sent],
    ['payment.accepted', sent],
  ])
  expect(world.terminal.offlineStatus().networkStatus).toBe('online')
  await world.terminal.close()
})

test('pressed twice, or after the answer, it changes nothing', async () => {
  const { world, confirming, wait } = await waitingSale()
  world.gateway.attempts.forEach((attempt) => {
    attempt.outcome = { result: 'approved', responseCode: '00', approvalCode: '654321' }
  })
  const { value } = await world.clock.until(confirming)
  expect(value).toMatchObject({ status: 'approved', approvalCode: '654321' })
  wait.storeNow()
  wait.storeNow()
  await world.clock.advance(1_000)
  expect((await journalOf(world)).filter(({ kind }) => kind === 'payment.accepted')).toHaveLength(1)
  await world.terminal.close()
})

test('what the lease or the sale forbids is not offered, and pressing it anyway does not cost the approval', async () => {
  for (const change of [{ amountMinor: 90_000 }, { offlineBehavior: 'require_online' }] as const) {
    const { world, confirming, wait } = await waitingSale(change)
    expect(wait.mayStore).toBe(false)
    wait.storeNow()
    await world.clock.advance(1_000)
    world.gateway.attempts.forEach((attempt) => {
      attempt.outcome = { result: 'approved', responseCode: '00', approvalCode: '1' }
    })
    expect((await world.clock.until(confirming)).value.status).toBe('approved')
    await world.terminal.close()
  }
})

test('nobody presses: the acquirer’s timer ends the wait', async () => {
  const { world, confirming } = await waitingSale()
  const { value, tookMs } = await world.clock.until(confirming)
  expect(value).toMatchObject({ status: 'stored', why: 'no_answer' })
  expect(tookMs).toBeGreaterThan(13_000)
  await world.terminal.close()
})

/** Acknowledged by the gateway; the issuer thinks. */
async function waitingSale(input: Parameters<typeof collectedSale>[1] = {}) {
  const world: World = await openWorld()
  world.gateway.issuer = [{ result: 'pending' }]
  const intent = await collectedSale(world, input)
  const waits: IssuerWait[] = []
  const confirming = world.terminal.confirmPaymentIntent(intent, { onWaiting: (told) => waits.push(told) })
  await world.clock.advance(100)
  const [wait] = waits
  if (wait === undefined || waits.length > 1) throw new Error(`told ${waits.length} times`)
  return { world, intent, confirming, wait }
}
