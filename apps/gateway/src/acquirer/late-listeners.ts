import { type Iso8583Message, matchKey, requestKey } from '@holdfast/iso8583'

type Listener = (answer: Iso8583Message) => void

/** Who wants to hear of an answer that comes after its message was given up, by what the link matches answers with. */
export class LateListeners {
  readonly #countMax: number
  /** In the order in which they were given up. */
  readonly #listeners = new Map<string, Listener>()

  constructor(countMax: number) {
    this.#countMax = countMax
  }

  /** `message` is the one that was asked. */
  await(message: Iso8583Message, listener: Listener): void {
    const key = requestKey(message)
    if (key === undefined) return
    this.#listeners.delete(key)
    this.#listeners.set(key, listener)
    for (const oldest of this.#listeners.keys()) {
      if (this.#listeners.size <= this.#countMax) break
      this.#listeners.delete(oldest)
    }
  }

  /** It was asked again and is answered. */
  forget(message: Iso8583Message): void {
    const key = requestKey(message)
    if (key !== undefined) this.#listeners.delete(key)
  }

  /** False when nobody waits for this answer. */
  hear(answer: Iso8583Message): boolean {
    const key = matchKey(answer)
    const listener = this.#listeners.get(key)
    this.#listeners.delete(key)
    listener?.(answer)
    return listener !== undefined
  }
}
