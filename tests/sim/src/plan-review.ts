import { decideReview, type ReviewDecision } from '@holdfast/gateway'
import type { Random } from '@holdfast/testing'
import type { World } from './world.ts'

export const reviewStates = [
  'review.released',
  'review.rejected',
  'review.refused',
  'review.said_twice',
] as const

const LOOK_MS_MIN = 5_000
const LOOK_MS_MAX = 60_000

type Said = Map<string, ReviewDecision['decide']>

/**
 * On a day on which one chain got two branches the merchant goes through what was set aside, one payment at a time, while
 * all else goes on: some of it is genuine, and what the customer has paid otherwise is not (reliability, fault 28).
 */
export function planReview(world: World, draw: Random): void {
  const said: Said = new Map()
  const look = (): void =>
    void world.engine.after(draw.int(LOOK_MS_MIN, LOOK_MS_MAX), 'reviewer', () => {
      decideOne(world, draw, said).catch((error: unknown) =>
        world.engine.tell(`reviewer: nothing decided, ${String(error)}`),
      )
      look()
    })
  look()
}

async function decideOne(world: World, draw: Random, said: Said): Promise<void> {
  const { engine, gateways, database, counters } = world
  const running = gateways.flatMap((gateway) => gateway.world() ?? [])
  const waiting = [...database.records.values()].flatMap(
    ({ account, deviceId, paymentId, parkedCode, decision = null }) =>
      parkedCode === null || decision !== null || paymentId === null || isInHand(world, paymentId)
        ? []
        : [{ account, deviceId, paymentId }],
  )
  if (running.length === 0 || waiting.length === 0) return
  const subject = draw.pick(waiting)
  const { paymentId } = subject
  const isGenuine = !isPaidOtherwise(world, paymentId) && !isVoidOfPaid(world, paymentId) && draw.chance(0.6)
  const decide = said.get(paymentId) ?? (isGenuine ? 'release' : 'reject')
  said.set(paymentId, decide)
  const decision = { decide, by: 'owner', note: 'asked the cashier' }
  // The button is pressed twice, or a second person is as quick.
  const times = draw.chance(0.2) ? 2 : 1
  const reviewed = await Promise.all(
    Array.from({ length: times }, () => decideReview(draw.pick(running), subject, decision)),
  )
  const results = reviewed.map((one) => (one.result === 'refused' ? one.code : one.result))
  engine.tell(`reviewer: ${decide} ${paymentId}: ${results.join()}`)
  const isDecided = results.includes('decided')
  counters.sometimes(decide === 'release' ? 'review.released' : 'review.rejected', isDecided)
  counters.sometimes('review.said_twice', times > 1 && isDecided)
  const isRefused = reviewed.every(({ result }) => result === 'refused')
  counters.sometimes('review.refused', isRefused)
  if (isRefused && !results.includes('review_moved')) said.set(paymentId, 'reject')
}

function isInHand({ shop }: World, paymentId: string): boolean {
  return [...shop.inHand.values()].some(({ payments }) => payments.includes(paymentId))
}

/** The merchant goes by the number of the order: it is paid by another card, or in cash, or nobody knows of it. */
function isPaidOtherwise({ shop }: World, paymentId: string): boolean {
  const order = shop.orders.find(({ payments }) => payments.includes(paymentId))
  if (order === undefined || order.end === 'paid_otherwise' || order.end === 'left') return true
  return order.payments.some((other) => {
    const shown = shop.shown.get(other)
    return other !== paymentId && (shown === 'approved' || shown === 'stored')
  })
}

/** A customer has left with the goods of one branch's sale: what the other branch says of it is not for the books. */
function isVoidOfPaid({ database, devices }: World, paymentId: string): boolean {
  const row = [...database.payments.values()].find(({ story }) => story.paymentId === paymentId)
  if (row?.story.word.said !== 'accepted') return false
  return devices.some(({ disk }) => PAID.has(disk.image().payments.get(paymentId)?.state ?? ''))
}

const PAID: ReadonlySet<string> = new Set(['ACCEPTED_ONLINE', 'QUEUED', 'UPLOADED', 'PROCESSED'])
