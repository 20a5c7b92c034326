import { DatabaseError } from 'pg'
import type { GatewayChange } from './gateway-store.ts'

type Outcome = 'committed' | 'conflict'

interface Waiting {
  readonly change: GatewayChange
  readonly paymentIds: readonly string[]
  readonly weight: number
  readonly done: PromiseWithResolvers<Outcome>
}

/** Two keep the disk busy; more would wait for each other's rows. */
const LANES = 4
/** Rows of one transaction. A whole batch of a device is about as much, so live sales never wait behind many of them. */
const WEIGHT_MAX = 64

/**
 * Makes one transaction of the commits that come at the same moment, for the disk is the slow part and asks once per
 * transaction. A change never waits while a lane is free, and its outcome is always its own: when a shared
 * transaction is refused, each change is tried alone.
 */
export function createCommitLanes(
  write: (changes: readonly GatewayChange[]) => Promise<Outcome>,
): (change: GatewayChange) => Promise<Outcome> {
  const queue: Waiting[] = []
  let running = 0

  function pump(): void {
    while (running < LANES && queue.length > 0) {
      running += 1
      void run(nextGroup(queue)).finally(() => {
        running -= 1
        pump()
      })
    }
  }

  async function run(group: readonly Waiting[]): Promise<void> {
    if (group.length > 1 && (await shared(group))) return
    for (const { change, done } of group) {
      try {
        done.resolve(await write([change]))
      } catch (error) {
        done.reject(error)
      }
    }
  }

  /** False when surely nothing was written: each alone may still be. */
  async function shared(group: readonly Waiting[]): Promise<boolean> {
    try {
      if ((await write(group.map(({ change }) => change))) === 'conflict') return false
      for (const { done } of group) done.resolve('committed')
    } catch (error) {
      // Refused by the database before COMMIT; anything else may have been written.
      if (error instanceof DatabaseError) return false
      for (const { done } of group) done.reject(error)
    }
    return true
  }

  return (change) => {
    const waiting = waitingOf(change)
    queue.push(waiting)
    pump()
    return waiting.done.promise
  }
}

function waitingOf(change: GatewayChange): Waiting {
  const { payments = [], voids = [], records = [] } = change
  const paymentIds = [
    ...payments.map(({ account, story }) => `${account}/${story.paymentId}`),
    ...voids.map(({ account, paymentId }) => `${account}/${paymentId}`),
  ]
  const weight = payments.length + records.length
  return { change, paymentIds, weight, done: Promise.withResolvers<Outcome>() }
}

/** From the front of the queue, in order, as long as no payment is in it twice. */
function nextGroup(queue: Waiting[]): Waiting[] {
  const ids = new Set<string>()
  let weight = 0
  let size = 0
  for (const waiting of queue) {
    const fits = weight + waiting.weight <= WEIGHT_MAX && !waiting.paymentIds.some((id) => ids.has(id))
    if (size > 0 && !fits) break
    for (const id of waiting.paymentIds) ids.add(id)
    weight += waiting.weight
    size += 1
  }
  return queue.splice(0, size)
}
