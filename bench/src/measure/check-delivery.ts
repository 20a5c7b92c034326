/** What was accepted on one side and what became of it on the other, by id. */
export interface DeliveryEvidence {
  /** Ids that the queue acknowledged. */
  readonly accepted: readonly string[]
  /** How often each id reached the server and was taken. */
  readonly arrivals: ReadonlyMap<string, number>
  /** How often each id took effect there, after whatever the server does about repeats. */
  readonly charges: ReadonlyMap<string, number>
  /** Ids that the queue still holds. */
  readonly waiting: readonly string[]
}

export interface Delivery {
  readonly accepted: number
  readonly delivered: number
  /** Still in the queue: late, not lost. */
  readonly waiting: number
  /** Acknowledged, not in the queue any more, and never at the server. */
  readonly lost: number
  readonly arrivedTwice: number
  readonly chargedTwice: number
  /** At the server and never acknowledged: legitimate only where the process died between the two. */
  readonly unasked: number
}

export function checkDelivery({ accepted, arrivals, charges, waiting }: DeliveryEvidence): Delivery {
  const known = new Set(accepted)
  const held = new Set(waiting)
  const missing = accepted.filter((id) => !arrivals.has(id))
  return {
    accepted: known.size,
    delivered: accepted.length - missing.length,
    waiting: missing.filter((id) => held.has(id)).length,
    lost: missing.filter((id) => !held.has(id)).length,
    arrivedTwice: moreThanOnce(arrivals),
    chargedTwice: moreThanOnce(charges),
    unasked: [...arrivals.keys()].filter((id) => !known.has(id)).length,
  }
}

/** How many of `acknowledged` a queue that was opened again does not hold any more. */
export function missingOf(acknowledged: readonly string[], waiting: readonly string[]): number {
  const held = new Set(waiting)
  return acknowledged.filter((id) => !held.has(id)).length
}

function moreThanOnce(times: ReadonlyMap<string, number>): number {
  return [...times.values()].filter((count) => count > 1).length
}
