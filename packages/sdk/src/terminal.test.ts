import { expect, test } from 'vitest'
import { goOffline, headOf, journalOf, openSale, openWorld, sell } from './test-support/world.ts'

test('an online sale is approved, and every step of it stands in the journal in order', async () => {
  const world = await openWorld()
  const { result } = await sell(world)
  expect(result).toMatchObject({ status: 'approved', approvalCode: '123456' })
  const kinds = (await journalOf(world)).map(({ kind }) => kind)
  expect(kinds).toEqual([
    'epoch.started',
    'sale.opened',
    'attempt.started',
    'attempt.concluded',
    'payment.accepted',
  ])
  await world.clock.advance(1_000)
  expect(world.gateway.records.size).toBe(5)
  expect((await headOf(world)).forwardedSeq).toBe(5)
  await world.terminal.close()
})

test('offline, a sale is stored, and the gateway gets it when the network is back', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { result, intent } = await sell(world)
  expect(result).toMatchObject({ status: 'stored', kind: 'deferred', why: 'internet' })
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'QUEUED' })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({ state: 'UPLOADED' })
  await openSale(world)
  await world.terminal.close()
})
