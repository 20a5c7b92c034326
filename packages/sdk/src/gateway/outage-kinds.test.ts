import { expect, test } from 'vitest'
import type { NetworkAnswer } from '../network.ts'
import type { Fault } from '../test-support/scripted-gateway.ts'
import { collectedSale, openWorld, type World } from '../test-support/world.ts'

/** Every way in which a network or a gateway is gone, with what it is called while nothing else answers, and while it does. */
const KINDS: readonly (readonly [name: string, fault: Fault, alone: string, beside: string])[] = [
  ['a black hole', 'hang', 'internet', 'service'],
  ['a brownout that answers in 30 s', 'hang', 'internet', 'service'],
  ['answers that are lost', 'lost', 'internet', 'service'],
  ['a refused connection', lost('refused'), 'internet', 'service'],
  ['a connection that is reset', lost('reset'), 'internet', 'service'],
  ['a name that is not found', lost('dns'), 'internet', 'service'],
  ['a certificate that is not accepted', lost('tls'), 'internet', 'service'],
  ['no link at all', lost('offline'), 'internet', 'service'],
  ['an endless answer', lost('too_large'), 'internet', 'service'],
  ['a captive portal', answered(200, '<html>Welcome</html>'), 'internet', 'internet'],
  ['a redirect to a portal', answered(302, ''), 'internet', 'internet'],
  ['a proxy that speaks JSON', answered(200, '{"time":{}}'), 'internet', 'internet'],
  ['a bad gateway', answered(502, '<html>'), 'internet', 'service'],
  ['a gateway that is starting', answered(503, '{"error":{}}'), 'internet', 'service'],
]

test.each(KINDS)(
  'P4, SQ1: with %s an idle till knows it within two seconds',
  async (_, fault, alone, beside) => {
    for (const [found, outage] of [
      ['timeout', alone],
      ['answered', beside],
    ] as const) {
      const world = await openWorld({ reachability: [{ target: 'elsewhere', probe: async () => found }] })
      // Wherever it is between two pings.
      for (let round = 0; round < 5; round += 1) {
        await world.clock.advance(60_000 + round * 137)
        world.gateway.fault = () => fault
        expect(await untilOffline(world)).toBeLessThanOrEqual(2_000)
        await world.clock.advance(1_500)
        expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'offline', outage })
        world.gateway.fault = () => null
        await world.clock.advance(30_000)
        expect(world.terminal.offlineStatus()).toMatchObject({ networkStatus: 'online', outage: null })
      }
      await world.terminal.close()
    }
  },
)

test.each(KINDS)(
  'P4, TM11: with %s between card and answer the sale is stored within two seconds',
  async (_, fault) => {
    const world = await openWorld()
    const intent = await collectedSale(world)
    world.gateway.fault = () => fault
    const startedMs = world.clock.monotonicMs()
    const { value, tookMs } = await world.clock.until(world.terminal.confirmPaymentIntent(intent))
    expect(value.status).toBe('stored')
    expect(tookMs).toBeLessThanOrEqual(1_050)
    expect(world.clock.monotonicMs() - startedMs + (await untilOffline(world))).toBeLessThanOrEqual(2_000)
    await world.terminal.close()
  },
)

test.each(KINDS)(
  'P4, TM11: with %s while the issuer thinks the sale is stored within two seconds',
  async (_, fault) => {
    const world = await openWorld()
    world.gateway.issuer = [{ result: 'pending' }]
    const intent = await collectedSale(world)
    const confirming = world.terminal.confirmPaymentIntent(intent)
    await world.clock.advance(1_100)
    world.gateway.fault = () => fault
    const { value, tookMs } = await world.clock.until(confirming)
    expect(value).toMatchObject({ status: 'stored', why: 'no_answer' })
    expect(tookMs).toBeLessThanOrEqual(2_000)
    await world.terminal.close()
  },
)

test('P4: a line of 400 ms each way is slow and not away', async () => {
  const world = await openWorld()
  const live = world.gateway.request.bind(world.gateway)
  world.gateway.request = async (asked) => {
    const answer = await live(asked)
    if (asked.path.includes('waitMs')) return answer
    await new Promise<void>((resolve) => world.clock.timer(800, resolve))
    return answer
  }
  await world.clock.advance(300_000)
  const { value } = await world.clock.until(world.terminal.confirmPaymentIntent(await collectedSale(world)))
  expect(value.status).toBe('approved')
  const wentOffline = world.events.some(
    (event) => event.type === 'offlineStatusChanged' && event.status.networkStatus === 'offline',
  )
  expect(wentOffline).toBe(false)
  await world.terminal.close()
})

/** How long it still takes; 0 when it is offline already. */
async function untilOffline({ clock, terminal }: World): Promise<number> {
  const startedMs = clock.monotonicMs()
  while (terminal.offlineStatus().networkStatus !== 'offline') {
    if (clock.monotonicMs() - startedMs > 10_000) break
    await clock.advance(20)
  }
  return clock.monotonicMs() - startedMs
}

function lost(why: Extract<NetworkAnswer, { reached: false }>['why']): NetworkAnswer {
  return { reached: false, why }
}

function answered(status: number, body: string): NetworkAnswer {
  return { reached: true, status, body, retryAfterMs: null }
}
