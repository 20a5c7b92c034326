import { expect, test } from 'vitest'
import type { NetworkAnswer } from '../network.ts'
import type { ReachabilityTarget, TargetFinding } from '../platform-hints.ts'
import { collectedSale, goOffline, openWorld, sell } from '../test-support/world.ts'

const REFUSED: NetworkAnswer = { reached: false, why: 'refused' }

test('P4: a gateway that goes silent is known to be gone within two seconds of the first call that fails', async () => {
  const world = await openWorld()
  expect(world.terminal.offlineStatus().networkStatus).toBe('online')
  const intent = await collectedSale(world)
  world.gateway.fault = () => 'hang'
  const startedMs = world.clock.monotonicMs()
  const confirming = world.terminal.confirmPaymentIntent(intent)
  while (world.terminal.offlineStatus().networkStatus === 'online') await world.clock.advance(50)
  expect(world.clock.monotonicMs() - startedMs).toBeLessThanOrEqual(2_000)
  await world.clock.until(confirming)
  await world.terminal.close()
})

test('a link that is known to be down counts at once', async () => {
  const world = await openWorld()
  const intent = await collectedSale(world)
  world.gateway.fault = () => ({ reached: false, why: 'offline' })
  await world.clock.until(world.terminal.confirmPaymentIntent(intent))
  expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'offline', outage: 'internet' })
  await world.terminal.close()
})

test('fault 50: one lost ping does not flap the till', async () => {
  const world = await openWorld()
  const turns = world.events.length
  for (let flap = 0; flap < 10; flap += 1) {
    let once = true
    world.gateway.fault = ({ path }) => {
      if (!once || !path.startsWith('/device/v1/ping')) return null
      once = false
      return REFUSED
    }
    await world.clock.advance(20_000)
  }
  const changes = world.events.slice(turns).filter(({ type }) => type === 'offlineStatusChanged')
  expect(changes.filter((event) => 'status' in event && event.status.networkStatus !== 'online')).toEqual([])
  await world.terminal.close()
})

test('coming back needs two good signs', async () => {
  const world = await openWorld()
  await goOffline(world)
  let heard = 0
  world.gateway.fault = ({ path }) => {
    if (!path.startsWith('/device/v1/ping')) return REFUSED
    heard += 1
    return heard === 1 ? null : REFUSED
  }
  await world.clock.advance(60_000)
  expect(heard).toBeGreaterThan(1)
  expect(world.terminal.offlineStatus().networkStatus).toBe('offline')
  world.gateway.fault = () => null
  await world.clock.advance(30_000)
  expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'online', outage: null })
  await world.terminal.close()
})

test.each([
  [true, 'service'],
  [false, 'internet'],
] as const)('SQ1: when other targets answer (%s) the outage is of the %s', async (reachable, outage) => {
  const world = await openWorld({ reachability: [elsewhere(() => (reachable ? 'answered' : 'timeout'))] })
  await goOffline(world)
  expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'offline', outage })
  const { result } = await sell(world)
  expect(result).toMatchObject({ status: 'stored', why: outage })
  await world.terminal.close()
})

test('a recorded ping is no sign of life: the time is bound to the nonce', async () => {
  const world = await openWorld()
  let recorded: NetworkAnswer | null = null
  const live = world.gateway.request.bind(world.gateway)
  world.gateway.request = async (asked) => {
    if (!asked.path.startsWith('/device/v1/ping')) return REFUSED
    recorded ??= await live(asked)
    return recorded
  }
  await world.clock.advance(120_000)
  expect(world.terminal.offlineStatus().networkStatus).toBe('offline')
  await world.terminal.close()
})

test('a contact is the gateway’s time, and it sets a clock right that ran ahead', async () => {
  const world = await openWorld()
  const trueMs = world.clock.wallMs()
  world.clock.wallOffsetMs += 36_000_000
  world.gateway.fault = () => REFUSED
  await sell(world, { offlineBehavior: 'force_offline' })
  const times = async () =>
    JSON.parse((await world.store.records({ afterSeq: 0, limit: 99 })).at(-1)?.wire.header ?? '{}').times
  expect((await times()).nowMs).toBeGreaterThan(trueMs + 30_000_000)
  world.clock.wallOffsetMs -= 36_000_000
  world.gateway.fault = () => null
  await world.clock.advance(60_000)
  await sell(world)
  expect((await times()).nowMs).toBeLessThan(trueMs + 100_000)
  expect((await times()).trust).toBe('trusted')
  await world.terminal.close()
})

test('an idle device that is online does not write to its disk with every ping', async () => {
  const world = await openWorld()
  await world.clock.advance(120_000)
  const before = (await world.store.head())?.version ?? 0
  await world.clock.advance(3_600_000)
  expect(((await world.store.head())?.version ?? 0) - before).toBeLessThanOrEqual(60)
  await world.terminal.close()
})

function elsewhere(find: () => TargetFinding): ReachabilityTarget {
  return { target: 'https://elsewhere.example/', probe: async () => find() }
}
