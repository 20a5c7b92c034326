/**
 * What stands in the way of one request. `request_lost`: the connection goes before the server has read it.
 * `answer_lost`: the server does it, then the connection goes. The rest is answered, and nothing is done.
 */
export type Fault = 'none' | 'request_lost' | 'answer_lost' | 'server_error' | 'too_many_requests'

export interface FaultRates {
  readonly requestLost: number
  readonly answerLost: number
  /** Half of them 500, half of them 429 with `Retry-After: 1`. */
  readonly refused: number
}

export const roughNetwork: FaultRates = { requestLost: 0.1, answerLost: 0.1, refused: 0.05 }

/** The same faults in the same order for everybody. */
export function faultPlan(rates: FaultRates, seed: number): () => Fault {
  const random = seededRandom(seed)
  return () => {
    const drawn = random()
    if (drawn < rates.requestLost) return 'request_lost'
    if (drawn < rates.requestLost + rates.answerLost) return 'answer_lost'
    if (drawn >= rates.requestLost + rates.answerLost + rates.refused) return 'none'
    return random() < 0.5 ? 'server_error' : 'too_many_requests'
  }
}

/** Mulberry32: small, and good enough to draw faults. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
