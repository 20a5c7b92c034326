import type { LinkClock } from '../link-ports.ts'

/** Time that passes only when told; timers run in the order of their time, promises settle in between. */
export class ManualClock implements LinkClock {
  #nowMs = 1_780_000_000_000
  readonly #startMs = this.#nowMs
  #timers: { atMs: number; run: () => void }[] = []

  monotonicMs(): number {
    return this.#nowMs - this.#startMs
  }

  wallMs(): number {
    return this.#nowMs
  }

  setTimer(afterMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + afterMs, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  pendingTimers(): number {
    return this.#timers.length
  }

  async pass(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs
    await settle()
    for (;;) {
      const due = this.#timers.filter((timer) => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.#nowMs = due.atMs
      due.run()
      await settle()
    }
    this.#nowMs = untilMs
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}
