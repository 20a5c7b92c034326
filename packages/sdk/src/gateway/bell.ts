import type { Clock } from '@holdfast/core'

/** Lets a loop sleep until something happens. A ring that nobody waits for is kept for the next wait. */
export class Bell {
  #rung = false
  #wake: (() => void) | null = null

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Resolves at the ring, or after `delayMs` when that is given. True for a ring. */
  async wait(clock: Clock, delayMs: number | null): Promise<boolean> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const cancel = delayMs === null ? null : clock.timer(delayMs, resolve)
        this.#wake = () => {
          cancel?.()
          resolve()
        }
      })
      this.#wake = null
    }
    const rung = this.#rung
    this.#rung = false
    return rung
  }
}
