import type { Engine } from '@holdfast/testing'

/** A promise that was not kept. */
export interface Breach {
  readonly promise: string
  readonly detail: string
  /** Whose story to read. */
  readonly paymentId: string | null
  readonly atMs: number
}

export interface Watch {
  breach(promise: string, detail: string, paymentId?: string): void
  breaches(): readonly Breach[]
}

const BREACHES_PER_PROMISE_MAX = 5

/** Collects breaches; a promise is worth one line per payment, and no promise crowds out another. */
export function createWatch(engine: Engine): Watch {
  const found = new Map<string, Breach>()
  return {
    breach(promise, detail, paymentId) {
      const key = `${promise} ${paymentId ?? detail}`
      if (found.has(key)) return
      const before = [...found.values()].filter((known) => known.promise === promise).length
      if (before >= BREACHES_PER_PROMISE_MAX) return
      engine.tell(`BREACH ${promise}: ${detail}`)
      found.set(key, { promise, detail, paymentId: paymentId ?? null, atMs: engine.nowMs() })
    },
    breaches: () => [...found.values()],
  }
}
