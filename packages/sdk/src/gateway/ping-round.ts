import { type Clock, sleep } from '@holdfast/core'
import type { SignedTime } from '@holdfast/protocol'
import { PING_CONFIRM_PAUSE_MS, PING_HEDGE_MS, PING_SECOND_MIN_MS, PING_TIMEOUT_MS } from '../limits.ts'
import type { Reply } from './gateway-client.ts'

export interface PingRound {
  readonly reply: Reply<SignedTime>
  readonly tookMs: number
}

export type Ping = (timeoutMs: number) => Promise<Reply<SignedTime>>

/**
 * Two tries within `PING_TIMEOUT_MS` altogether: the first one heard ends it. The second goes out beside the first when
 * that stays silent, on a connection of its own, so that a dead connection is not taken for a dead link; and a moment
 * after the first when that fails, so that one reset is not taken for one. `onDoubt` is told of the first failure.
 */
export async function pingTwice(clock: Clock, ping: Ping, onDoubt: () => void): Promise<PingRound> {
  const startedMs = clock.monotonicMs()
  const spentMs = () => clock.monotonicMs() - startedMs
  const first = ping(PING_TIMEOUT_MS)
  const early = await Promise.race([first, sleep(clock, PING_HEDGE_MS).then(() => null)])
  if (early !== null && (early.heard || isAborted(early))) return { reply: early, tookMs: spentMs() }
  onDoubt()
  if (early !== null) await sleep(clock, PING_CONFIRM_PAUSE_MS)
  const second = ping(Math.max(PING_SECOND_MIN_MS, PING_TIMEOUT_MS - spentMs()))
  const reply = await firstHeard(first, second)
  return { reply, tookMs: spentMs() }
}

export async function pingOnce(clock: Clock, ping: Ping): Promise<PingRound> {
  const startedMs = clock.monotonicMs()
  const reply = await ping(PING_TIMEOUT_MS)
  return { reply, tookMs: clock.monotonicMs() - startedMs }
}

/** The one that is heard, as soon as it is; when none is, what stood in the way of the first. */
async function firstHeard<Value>(
  first: Promise<Reply<Value>>,
  second: Promise<Reply<Value>>,
): Promise<Reply<Value>> {
  const [one, other] = await Promise.race([
    first.then((reply) => [reply, second] as const),
    second.then((reply) => [reply, first] as const),
  ])
  if (one.heard) return one
  const late = await other
  return late.heard ? late : first
}

function isAborted(reply: Reply<unknown>): boolean {
  return !reply.heard && !reply.answer.reached && reply.answer.why === 'aborted'
}
