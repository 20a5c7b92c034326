/**
 * What this program has had a verdict for in the present generation of the gateway, beyond the mark of what has no gap.
 * A gateway that was restored is asked anew for all that it ever answered, so its predecessor's answers count no more
 * from the moment at which this device hears of it.
 */
export class AnsweredRecords {
  readonly #generationNow: () => number
  readonly #seqs = new Set<number>()
  #generation = 0

  constructor(generationNow: () => number) {
    this.#generationNow = generationNow
  }

  has(seq: number): boolean {
    return this.#ofNow().has(seq)
  }

  add(seq: number): void {
    this.#ofNow().add(seq)
  }

  /** What the mark has passed need not be remembered. */
  forgetThrough(forwardedSeq: number): void {
    for (const seq of this.#seqs) if (seq <= forwardedSeq) this.#seqs.delete(seq)
  }

  /** For a step that is built later: what it holds counts in that generation only. */
  ofGeneration(): { readonly generation: number; readonly seqs: ReadonlySet<number> } {
    const seqs = this.#ofNow()
    return { generation: this.#generation, seqs }
  }

  #ofNow(): Set<number> {
    const generation = this.#generationNow()
    if (generation !== this.#generation) this.#seqs.clear()
    this.#generation = generation
    return this.#seqs
  }
}
