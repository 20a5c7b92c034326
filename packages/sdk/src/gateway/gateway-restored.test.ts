import { must } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { intakeRequest, onlineAttemptRequest, type OutcomeStatement } from '@holdfast/protocol'
import { expect, test } from 'vitest'
import { headOf, openWorld, sell, type World } from '../test-support/world.ts'

/** Longer than any pause of feed and forwarder. */
const SOON_MS = 30_000

test('P7: what the gateway once said goes back to it with the records, once it has forgotten', async () => {
  const world = await openWorld()
  const stored = await sell(world, { offlineBehavior: 'force_offline' })
  const online = await sell(world)
  await world.gateway.say(outcome(stored.intent.paymentId))
  await world.gateway.say(outcome(online.intent.paymentId))
  await world.clock.advance(SOON_MS)
  expect(broughtBack(world)).toEqual([])
  world.gateway.restore()
  await world.clock.advance(SOON_MS)
  const brought = broughtBack(world)
  expect(new Set(brought.map(({ payment }) => payment))).toEqual(
    new Set([stored.intent.paymentId, online.intent.paymentId]),
  )
  // As it was signed, by the generation that is lost.
  for (const said of brought) expect(said).toMatchObject({ generation: 1, approvalCode: '777777' })
  await world.terminal.close()
})

test('P7: a payment without an outcome goes back with its sealed block, and nothing is said for it', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(SOON_MS)
  world.gateway.restore()
  const sentBefore = world.gateway.batches.length
  await world.clock.advance(SOON_MS)
  const again = world.gateway.batches.slice(sentBefore).flatMap(({ records }) => records)
  const accepted = again.find(({ header }) => header.includes('payment.accepted'))
  expect(must(accepted, 'it is sent again').header).toContain(intent.paymentId)
  expect(accepted?.sealed).not.toBeNull()
  expect(broughtBack(world)).toEqual([])
  await world.terminal.close()
})

test('P7: every request states which generation the device knows, and up to where what it wrote is older', async () => {
  const world = await openWorld()
  await sell(world)
  await world.clock.advance(SOON_MS)
  expect(lastMark(world)).toEqual({ generation: 1, sinceSeq: 0 })
  world.gateway.restore()
  await world.clock.advance(SOON_MS)
  const { resendSeq, seq } = await headOf(world)
  expect(resendSeq).toBe(seq)
  await sell(world)
  await world.clock.advance(SOON_MS)
  expect(lastMark(world)).toEqual({ generation: 2, sinceSeq: resendSeq })
  expect(lastAttemptMark(world)).toEqual({ generation: 2, sinceSeq: resendSeq })
  await world.terminal.close()
})

test('P7: the feed says that all is told again only when each record has its verdict anew', async () => {
  const world = await openWorld()
  await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(SOON_MS)
  expect(lastFeed(world).get('synced')).toBe('1')
  world.gateway.fault = ({ path }) =>
    path.startsWith('/device/v1/records') ? { reached: false, why: 'reset' } : null
  world.gateway.restore()
  await world.clock.advance(SOON_MS)
  expect(lastFeed(world).get('generation')).toBe('2')
  expect(lastFeed(world).get('synced')).toBe('0')
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect(lastFeed(world).get('synced')).toBe('1')
  await world.terminal.close()
})

test('P7: what was on its way while the device heard of the restore goes again, as what is older', async () => {
  const world = await openWorld()
  await world.clock.advance(SOON_MS)
  const { gateway } = world
  const held = Promise.withResolvers<void>()
  const request = gateway.request.bind(gateway)
  gateway.request = async (asked) => {
    const answer = await request(asked)
    if (asked.path === '/device/v1/records') await held.promise
    return answer
  }
  gateway.restore()
  gateway.batches.length = 0
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(SOON_MS)
  expect(lastFeed(world).get('generation')).toBe('2')
  held.resolve()
  await world.clock.advance(SOON_MS)
  const marks = gateway.batches.flatMap(({ manifest, records }) =>
    records.flatMap(({ header }) =>
      header.includes('sale.opened') && header.includes(intent.paymentId) ? [manifest.mark?.generation] : [],
    ),
  )
  expect(marks).toEqual([1, 2])
  await world.terminal.close()
})

test('P7: a device that first hears of a gateway after its restore tells it everything', async () => {
  const world = await openWorld()
  world.gateway.fault = ({ path }) =>
    path.startsWith('/device/v1/feed') ? { reached: false, why: 'reset' } : null
  await sell(world, { offlineBehavior: 'force_offline' })
  await world.clock.advance(SOON_MS)
  world.gateway.restore()
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  const { forwardedSeq, resendSeq, seq } = await headOf(world)
  expect({ forwardedSeq, resendSeq }).toEqual({ forwardedSeq: seq, resendSeq: seq })
  expect(world.gateway.records.size).toBe(seq)
  await world.terminal.close()
})

test('P7: a restored gateway reads out an older word; the later one, which it has forgotten, stands', async () => {
  const world = await openWorld()
  const { intent } = await sell(world, { offlineBehavior: 'force_offline' })
  const early = outcome(intent.paymentId)
  await world.gateway.say(early)
  await world.clock.advance(SOON_MS)
  const kept = await world.terminal.payment(intent.paymentId)
  world.gateway.restore()
  await world.gateway.say({ ...early, status: 'declined', responseCode: '05', approvalCode: null }, 1)
  await world.clock.advance(SOON_MS)
  expect(await world.terminal.payment(intent.paymentId)).toEqual(kept)
  await world.terminal.close()
})

type Said = Omit<OutcomeStatement, 'device' | 'generation' | 'atMs'>

function outcome(payment: string): Said {
  const money = { amountMinor: 1_000, currency: 'eur' } as const
  return { payment, status: 'succeeded', ...money, attempt: null, responseCode: '00', approvalCode: '777777' }
}

function broughtBack({ gateway }: World): { payment: string; generation: number }[] {
  return gateway.batches.flatMap(({ outcomes = [] }) => outcomes.map(({ payload }) => JSON.parse(payload)))
}

function lastMark({ gateway }: World) {
  return intakeRequest.parse(gateway.batches.at(-1)).manifest.mark
}

function lastAttemptMark({ gateway }: World) {
  const asked = gateway.requests.findLast(({ request }) => request.path === '/device/v1/attempts')
  return onlineAttemptRequest.parse(parseJson(asked?.request.body ?? '')).mark
}

function lastFeed({ gateway }: World): URLSearchParams {
  const asked = gateway.requests.findLast(({ request }) => request.path.startsWith('/device/v1/feed'))
  return new URL(asked?.request.path ?? '/', 'http://gateway').searchParams
}
