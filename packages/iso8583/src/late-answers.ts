/** Whom nobody waits for any more, by the key of its answer: so that a late answer is known from a stray one. */
export class LateAnswers {
  readonly #withinMs: number
  readonly #countMax: number
  /** In the order in which they were given up. */
  readonly #givenUp = new Map<string, { readonly sentAtMs: number; readonly untilMs: number }>()

  constructor({ withinMs, countMax }: { readonly withinMs: number; readonly countMax: number }) {
    this.#withinMs = withinMs
    this.#countMax = countMax
  }

  gaveUp(key: string, { sentAtMs, nowMs }: { readonly sentAtMs: number; readonly nowMs: number }): void {
    this.#givenUp.delete(key)
    this.#givenUp.set(key, { sentAtMs, untilMs: nowMs + this.#withinMs })
    for (const [oldest, { untilMs }] of this.#givenUp) {
      if (untilMs > nowMs && this.#givenUp.size <= this.#countMax) break
      this.#givenUp.delete(oldest)
    }
  }

  /** Asked again: the next answer belongs to whoever waits now. */
  askedAgain(key: string): void {
    this.#givenUp.delete(key)
  }

  /** When the exchange was sent whose answer this is; undefined when nobody asked. Only the first copy is late. */
  take(key: string, nowMs: number): number | undefined {
    const found = this.#givenUp.get(key)
    this.#givenUp.delete(key)
    return found === undefined || found.untilMs <= nowMs ? undefined : found.sentAtMs
  }
}
