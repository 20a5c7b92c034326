import {
  SUSPECT_AFTER_FAILURES,
  SUSPECT_RETRY_MS,
  SUSPECTS_UNPROVEN_MAX,
  UNREADABLE_TRIES_MAX,
} from '../limits.ts'

/** Records that are set apart, so that one of them holds up no other: each is tried alone again in a while. */
export class SuspectRecords {
  readonly #nowMs: () => number
  /** When each is tried again; monotonic. */
  readonly #dueMs = new Map<number, number>()
  /** Those that the gateway failed over since it was last heard: it may be its fault and not theirs. */
  readonly #unproven = new Set<number>()
  /** How often each place could not be read, while it may still be the medium's mood. */
  readonly #unreadable = new Map<number, number>()
  #answeredFailures = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get size(): number {
    return this.#dueMs.size
  }

  has(seq: number): boolean {
    return this.#dueMs.has(seq)
  }

  dueMsOf(seq: number): number | null {
    return this.#dueMs.get(seq) ?? null
  }

  /** Null when there is none. */
  nextDueMs(): number | null {
    return this.size === 0 ? null : Math.min(...this.#dueMs.values())
  }

  /** One whose time has come, put off by that; null when none is. */
  takeDue(): number | null {
    const nowMs = this.#nowMs()
    const seq = [...this.#dueMs].find(([, dueMs]) => dueMs <= nowMs)?.[0] ?? null
    if (seq !== null) this.setApart(seq)
    return seq
  }

  setApart(seq: number): void {
    this.#dueMs.set(seq, this.#nowMs() + SUSPECT_RETRY_MS)
  }

  clear(seq: number): void {
    this.#dueMs.delete(seq)
  }

  /** A gateway that answers and fails again and again may choke on one record: the others go first. */
  failedOver(seqs: readonly number[]): void {
    const [first] = seqs
    this.#answeredFailures += 1
    if (first === undefined || seqs.length > 1 || this.#answeredFailures < SUSPECT_AFTER_FAILURES) return
    this.#answeredFailures = 0
    if (this.#unproven.size >= SUSPECTS_UNPROVEN_MAX) {
      for (const seq of this.#unproven) this.#dueMs.delete(seq)
      this.#unproven.clear()
      return
    }
    this.setApart(first)
    this.#unproven.add(first)
  }

  /** The gateway is heard: it was their fault. Which those are that nobody has been told of. */
  takeProven(): readonly number[] {
    const proven = [...this.#unproven]
    this.#unproven.clear()
    return proven
  }

  /** A record has its verdict: what fails next is counted from the start. */
  settled(): void {
    this.#answeredFailures = 0
  }

  /** Tried again in a while; only what fails time after time is lost. */
  noteUnreadable(seq: number): 'tried_again' | 'lost' {
    const tries = (this.#unreadable.get(seq) ?? 0) + 1
    this.#unreadable.set(seq, tries)
    if (tries >= UNREADABLE_TRIES_MAX) {
      this.#dueMs.delete(seq)
      return 'lost'
    }
    this.setApart(seq)
    return 'tried_again'
  }

  noteRead(seq: number): void {
    this.#unreadable.delete(seq)
  }
}
