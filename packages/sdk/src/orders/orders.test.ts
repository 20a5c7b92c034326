import { must } from '@holdfast/core'
import { expect, test } from 'vitest'
import { KEEP_SETTLED_MS, PRUNE_PERIOD_MS } from '../limits.ts'
import { DEVICE_ID } from '../test-support/plain-lease.ts'
import { sampleOrder } from '../test-support/sample-order.ts'
import { reopen } from '../test-support/reopen.ts'
import { goOffline, journalOf, openSale, openWorld, type World } from '../test-support/world.ts'

const ORDER = sampleOrder(1)
const sale = { amountMinor: ORDER.amountMinor, currency: 'eur', orderId: ORDER.order } as const

const states = async (world: World) =>
  (await world.terminal.orders()).map(({ number, state }) => [number, state])

async function hear(world: World, ...orders: readonly ReturnType<typeof sampleOrder>[]): Promise<void> {
  for (const order of orders) await world.gateway.sayOrder(order)
  await world.clock.advance(2_000)
}

async function payOrder(world: World, orderId: string = ORDER.order) {
  const created = await world.terminal.createPaymentIntent({ ...sale, orderId })
  if (created.status !== 'created') throw new Error(created.code)
  await world.terminal.collectPaymentMethod(created.intent)
  return world.terminal.confirmPaymentIntent(created.intent)
}

test('SQ12: orders that were made while the till was away are there when it returns, in order, once, and are announced', async () => {
  const world = await openWorld()
  const announced: string[] = []
  world.terminal.on(({ type }) => type === 'ordersChanged' && announced.push(type))
  await goOffline(world)
  for (const n of [1, 2, 3]) await world.gateway.sayOrder(sampleOrder(n))
  await world.clock.advance(60_000)
  expect(await states(world)).toEqual([])
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  expect(await states(world)).toEqual([
    ['W-1', 'open'],
    ['W-2', 'open'],
    ['W-3', 'open'],
  ])
  expect(announced).not.toEqual([])
  await world.terminal.close()
})

test('SQ12: an answer that is lost is asked for again, and a gateway that begins anew shows nothing twice', async () => {
  const world = await openWorld()
  await hear(world, sampleOrder(1))
  world.gateway.fault = () => 'lost'
  await hear(world, sampleOrder(2))
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  world.gateway.restore()
  await hear(world, sampleOrder(1), sampleOrder(2), sampleOrder(3))
  await world.clock.advance(60_000)
  expect((await states(world)).map(([number]) => number)).toEqual(['W-1', 'W-2', 'W-3'])
  await world.terminal.close()
})

test('SQ12: an order is paid by an ordinary sale, also offline, and not a second time', async () => {
  const world = await openWorld()
  await hear(world, ORDER)
  await goOffline(world)
  expect(await payOrder(world)).toMatchObject({ status: 'stored' })
  expect(await states(world)).toEqual([['W-1', 'taken']])
  const accepted = (await journalOf(world)).find(({ kind }) => kind === 'payment.accepted')
  expect(accepted).toMatchObject({ reference: ORDER.order })
  expect(await world.terminal.createPaymentIntent(sale)).toEqual({
    status: 'refused',
    code: 'order_not_open',
  })
  await world.terminal.close()
})

test('whose sale is given up, it is open again; while one is in hand no second one is opened', async () => {
  const world = await openWorld()
  await hear(world, ORDER)
  const created = await world.terminal.createPaymentIntent(sale)
  if (created.status !== 'created') throw new Error(created.code)
  expect(await states(world)).toEqual([['W-1', 'in_hand']])
  expect(await world.terminal.createPaymentIntent(sale)).toEqual({
    status: 'refused',
    code: 'order_not_open',
  })
  await world.terminal.cancelPaymentIntent(created.intent.paymentId, 'canceled')
  expect(await states(world)).toEqual([['W-1', 'open']])
  await world.terminal.close()
})

test('it stays open when the sale that was given up is deleted here, and stays taken when one that was paid is', async () => {
  const world = await openWorld()
  const { terminal, gateway, clock } = world
  await hear(world, ORDER, sampleOrder(2, { amountMinor: ORDER.amountMinor }))
  const created = await terminal.createPaymentIntent(sale)
  if (created.status !== 'created') throw new Error(created.code)
  await terminal.cancelPaymentIntent(created.intent.paymentId, 'canceled')
  await payOrder(world, sampleOrder(2).order)
  const paid = must((await terminal.orders())[1]?.paymentId, 'the second one is taken')
  const money = { amountMinor: ORDER.amountMinor, currency: 'eur' } as const
  const said = { responseCode: '00', approvalCode: '123456', attempt: null }
  await gateway.say({ payment: paid, status: 'succeeded', ...money, ...said })
  await clock.advance(2_000)
  // The newest record is what the next one continues, and stays.
  await openSale(world)
  gateway.standing = {
    device: DEVICE_ID,
    generation: 1,
    receivedSeq: 0,
    durableSeq: 0,
    forked: false,
  }
  clock.wallOffsetMs += 2 * KEEP_SETTLED_MS
  await clock.advance(2 * PRUNE_PERIOD_MS)
  expect(await terminal.payments()).toMatchObject([{ state: 'OPEN' }])
  expect(await terminal.orders()).toMatchObject([
    { number: 'W-1', state: 'open', paymentId: null },
    { number: 'W-2', state: 'taken' },
  ])
  expect(await terminal.createPaymentIntent(sale)).toMatchObject({ status: 'created' })
  await terminal.close()
})

test('an order is paid in its currency and whole, with a tip on top, and must be known', async () => {
  const world = await openWorld()
  await hear(world, ORDER)
  for (const [change, code] of [
    [{ amountMinor: ORDER.amountMinor - 1 }, 'amount_invalid'],
    [{ orderId: sampleOrder(9).order }, 'not_found'],
    [{ reference: 'table 4' }, 'parameter_invalid'],
  ] as const)
    expect(await world.terminal.createPaymentIntent({ ...sale, ...change })).toEqual({
      status: 'refused',
      code,
    })
  const tipped = { ...sale, amountMinor: ORDER.amountMinor + 100, tipMinor: 100 }
  expect(await world.terminal.createPaymentIntent(tipped)).toMatchObject({ status: 'created' })
  await world.terminal.close()
})

test('what the gateway says of it later counts, and an order of another place is none of this till', async () => {
  const world = await openWorld()
  await hear(world, ORDER, sampleOrder(2), sampleOrder(3, { location: 'loc_000000000000000000000009' }))
  await hear(
    world,
    sampleOrder(1, { revision: 2, state: 'paid' }),
    sampleOrder(2, { revision: 2, state: 'canceled' }),
  )
  expect(await states(world)).toEqual([
    ['W-1', 'paid'],
    ['W-2', 'canceled'],
  ])
  expect(await world.terminal.createPaymentIntent(sale)).toEqual({
    status: 'refused',
    code: 'order_not_open',
  })
  await world.terminal.close()
})

test('SQ12: orders and the sale that was under way for one outlive the till', async () => {
  const world = await openWorld()
  await hear(world, ORDER, sampleOrder(2))
  await goOffline(world)
  await payOrder(world)
  const again = await reopen(world, world.store)
  expect(await states(again)).toEqual([
    ['W-1', 'taken'],
    ['W-2', 'open'],
  ])
  await again.terminal.close()
})
