import type { Clock } from '@holdfast/core'

/** Time that moves only when a test says so; between two timers everything that can run has run. */
export class VirtualClock implements Clock {
  readonly bootId: string
  /** Wall time − monotonic time: set it to turn the machine's clock. */
  wallOffsetMs: number
  #nowMs = 0
  #nextId = 0
  readonly #timers = new Map<number, { readonly atMs: number; readonly task: () => void }>()

  constructor({ bootId = 'boot-1', wallMs = 1_790_000_000_000 } = {}) {
    this.bootId = bootId
    this.wallOffsetMs = wallMs
  }

  wallMs(): number {
    return this.wallOffsetMs + this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  utcOffsetMin(): number {
    return 60
  }

  timer(delayMs: number, task: () => void): () => void {
    const id = this.#nextId
    this.#nextId += 1
    this.#timers.set(id, { atMs: this.#nowMs + Math.max(0, delayMs), task })
    return () => this.#timers.delete(id)
  }

  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      await settled()
      const next = this.#next()
      if (next === null || next.atMs > untilMs) break
      this.#timers.delete(next.id)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.task()
    }
    // A task may have let the machine sleep.
    this.#nowMs = Math.max(this.#nowMs, untilMs)
  }

  /** The machine sleeps: its clocks go on, its timers fire that much later. */
  sleep(byMs: number): void {
    this.#nowMs += byMs
    for (const [id, timer] of this.#timers) this.#timers.set(id, { ...timer, atMs: timer.atMs + byMs })
  }

  /** Moves time until the promise has settled; answers how long it took. */
  async until<Value>(promise: Promise<Value>, withinMs = 120_000): Promise<{ value: Value; tookMs: number }> {
    const startedMs = this.#nowMs
    let ended = false
    const end = () => {
      ended = true
    }
    promise.then(end, end)
    for (;;) {
      await settled()
      if (ended) return { value: await promise, tookMs: this.#nowMs - startedMs }
      const next = this.#next()
      if (next === null || next.atMs > startedMs + withinMs)
        throw new Error('Nothing more happens, and it has not ended')
      await this.advance(Math.max(0, next.atMs - this.#nowMs))
    }
  }

  #next(): { id: number; atMs: number; task: () => void } | null {
    let first: { id: number; atMs: number; task: () => void } | null = null
    for (const [id, timer] of this.#timers)
      if (first === null || timer.atMs < first.atMs) first = { id, ...timer }
    return first
  }
}

/** Node's primitives answer in microtasks: after one turn of the event loop all of them have run. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve))
}
