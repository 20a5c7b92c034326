import { expect, test } from 'vitest'
import type { NetworkAnswer } from '../network.ts'
import { goOffline, openSale, openWorld, sell, type World } from '../test-support/world.ts'

const REFUSED: NetworkAnswer = { reached: false, why: 'refused' }

test.each([1_000, 400, 3_000])(
  'fault 50: a link that flaps every %i ms for ten minutes flaps neither the till nor the network',
  async (halfMs) => {
    const world = await openWorld()
    const [turns, asked] = [statuses(world).length, world.gateway.requests.length]
    for (let passedMs = 0; passedMs < 600_000; passedMs += 2 * halfMs) {
      world.gateway.fault = () => REFUSED
      await world.clock.advance(halfMs)
      world.gateway.fault = () => null
      await world.clock.advance(halfMs)
    }
    // Fewer than an online till sends in the same time.
    expect(world.gateway.requests.length - asked).toBeLessThanOrEqual(600)
    expect(statuses(world).length - turns).toBeLessThanOrEqual(12)
    await world.clock.advance(90_000)
    expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'online', outage: null })
    await world.terminal.close()
  },
)

test('half open: while it is gone one ping goes out at a time, ever more rarely', async () => {
  const world = await openWorld()
  let [open, most] = [0, 0]
  const live = world.gateway.request.bind(world.gateway)
  await goOffline(world)
  world.gateway.fault = () => 'hang'
  world.gateway.request = async (asked) => {
    if (!asked.path.startsWith('/device/v1/ping')) return live(asked)
    open += 1
    most = Math.max(most, open)
    const answer = await live(asked)
    open -= 1
    return answer
  }
  const before = pings(world)
  await world.clock.advance(600_000)
  expect(most).toBe(1)
  // Between half of ten seconds and all of it, and one second of silence each.
  expect(pings(world) - before).toBeLessThanOrEqual(110)
  expect(pings(world) - before).toBeGreaterThanOrEqual(50)
  await world.terminal.close()
})

test('no storm: a hundred sales in an outage do not make a hundred pings', async () => {
  const world = await openWorld()
  await goOffline(world)
  const before = world.gateway.requests.length
  for (let n = 0; n < 100; n += 1) {
    await world.terminal.cancelPaymentIntent((await openSale(world)).paymentId, 'canceled')
    await world.clock.advance(50)
  }
  expect(world.gateway.requests.length - before).toBeLessThanOrEqual(15)
  await world.terminal.close()
})

test.each([2_000, 60_000, 600_000])(
  'TM13: after an outage of %i ms it is found by itself that it is over',
  async (ms) => {
    const world = await openWorld()
    world.gateway.fault = () => REFUSED
    await world.clock.advance(ms)
    world.gateway.fault = () => null
    await world.clock.advance(10_500)
    expect(world.terminal.offlineStatus().networkStatus).toBe('online')
    await world.terminal.close()
  },
)

test('a sale that begins while the outage ends finds the way back before its card is read', async () => {
  const world = await openWorld()
  await goOffline(world)
  await world.clock.advance(600_000)
  world.gateway.fault = () => null
  const intent = await openSale(world)
  await world.clock.advance(600)
  await world.terminal.collectPaymentMethod(intent)
  const { value } = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(value.status).toBe('approved')
  await world.terminal.close()
})

test('MP13: in sight it asks often while somebody sells and now and then otherwise; out of sight rarely', async () => {
  let inForeground = true
  let tell = () => {}
  const watch = (listener: () => void) => {
    tell = listener
    return () => {}
  }
  const world = await openWorld({ hints: { inForeground: () => inForeground, watch } })
  const perMinute = async () => {
    const before = pings(world)
    await world.clock.advance(60_000)
    return pings(world) - before
  }
  expect(await perMinute()).toBeGreaterThan(70)
  inForeground = false
  await perMinute()
  const hidden = await perMinute()
  expect(hidden).toBeGreaterThanOrEqual(3)
  expect(hidden).toBeLessThanOrEqual(9)
  inForeground = true
  await world.clock.advance(900_000)
  const idle = await perMinute()
  expect(idle).toBeGreaterThanOrEqual(11)
  expect(idle).toBeLessThanOrEqual(25)
  // It comes to the front: asked at once.
  const before = pings(world)
  tell()
  await world.clock.advance(10)
  expect(pings(world)).toBe(before + 1)
  await world.terminal.close()
})

test('fault 51: what the platform believes is a reason to ask, never the answer', async () => {
  let tell = () => {}
  const watch = (listener: () => void) => {
    tell = listener
    return () => {}
  }
  const world = await openWorld({ hints: { inForeground: () => true, watch } })
  tell()
  await world.clock.advance(1_000)
  expect(world.terminal.offlineStatus().networkStatus).toBe('online')
  await goOffline(world)
  await world.clock.advance(300_000)
  tell()
  await world.clock.advance(1_000)
  expect(world.terminal.offlineStatus().networkStatus).toBe('offline')
  // And when it is true: known in far less than a regular turn.
  world.gateway.fault = () => null
  tell()
  await world.clock.advance(300)
  expect(world.terminal.offlineStatus().networkStatus).toBe('online')
  await world.terminal.close()
})

test('SQ1: an acquirer that is down is told by the signed ping; the till stays online, asks, and stores', async () => {
  const world = await openWorld()
  world.gateway.service = 'acquirer_down'
  world.gateway.issuer = [{ result: 'defer' }]
  await world.clock.advance(2_000)
  expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'online', outage: 'acquirer' })
  expect(world.terminal.offlineStatus().why.at(-1)).toMatchObject({ tried: 'ping', found: 'acquirer_down' })
  const { result } = await sell(world)
  expect(result).toMatchObject({ status: 'stored', why: 'acquirer' })
  world.gateway.service = 'ready'
  await world.clock.advance(2_000)
  expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'online', outage: null })
  await world.terminal.close()
})

test('SQ2: the status says what was tried and what answered', async () => {
  const found = { router: 'refused', provider: 'answered' } as const
  const target = (name: keyof typeof found) => ({ target: name, probe: async () => found[name] })
  const world = await openWorld({ reachability: [target('router'), target('provider')] })
  world.gateway.fault = () => ({ reached: false, why: 'dns' })
  await world.clock.advance(3_000)
  const { outage, why } = world.terminal.offlineStatus()
  expect(outage).toBe('service')
  const lines = why.map(({ tried, target, found: said }) => [tried, target, said])
  expect(lines).toContainEqual(['ping', null, 'dns'])
  expect(lines).toContainEqual(['elsewhere', 'router', 'refused'])
  expect(lines).toContainEqual(['elsewhere', 'provider', 'answered'])
  await world.terminal.close()
})

test('SQ1: the kind of outage follows what happens, and one odd probe does not change it', async () => {
  let reachable = false
  const world = await openWorld({
    reachability: [{ target: 'elsewhere', probe: async () => (reachable ? 'answered' : 'timeout') }],
  })
  await goOffline(world)
  const kinds: unknown[] = []
  world.terminal.on((event) => {
    if (event.type === 'offlineStatusChanged') kinds.push(event.status.outage)
  })
  reachable = true
  while (!world.terminal.offlineStatus().why.some(({ found }) => found === 'answered'))
    await world.clock.advance(100)
  reachable = false
  await world.clock.advance(60_000)
  expect(kinds).not.toContain('service')
  reachable = true
  await world.clock.advance(30_000)
  expect(world.terminal.offlineStatus().outage).toBe('service')
  await world.terminal.close()
})

test('SQ1: offline by hand is told as an event and asks nobody; taken back, only the gateway’s word brings it online', async () => {
  const world = await openWorld()
  world.terminal.setForcedOffline(true)
  expect(world.events.at(-1)).toMatchObject({
    type: 'offlineStatusChanged',
    status: { networkStatus: 'offline' },
  })
  const asked = world.gateway.requests.length
  await world.clock.advance(600_000)
  expect(world.gateway.requests.length).toBe(asked)
  world.gateway.fault = () => 'hang'
  world.terminal.setForcedOffline(false)
  expect(world.terminal.offlineStatus().networkStatus).toBe('unknown')
  await world.clock.advance(1_050)
  expect(world.terminal.offlineStatus().networkStatus).toBe('offline')
  world.gateway.fault = () => null
  await world.clock.advance(20_000)
  expect(world.terminal.offlineStatus().networkStatus).toBe('online')
  await world.terminal.close()
})

function pings({ gateway }: World): number {
  return gateway.requests.filter(({ request }) => request.path.startsWith('/device/v1/ping')).length
}

/** Each turn of the status that was told. */
function statuses({ events }: World): string[] {
  const told = events.flatMap((event) =>
    event.type === 'offlineStatusChanged' ? [event.status.networkStatus] : [],
  )
  return told.filter((status, at) => status !== told[at - 1])
}
