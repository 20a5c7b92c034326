/** Where counters outlive the process: application transaction counters by card name, and the reader's own. */
export interface CounterStore {
  load(): Record<string, number>
  /** Durable when it returns; the counter leaves the reader only after that. */
  save(counters: Record<string, number>): void
}

/** Counts `name` up from 1. Past `max` it begins anew: a worn-out card is replaced by a fresh one of the same number. */
export function nextCount(store: CounterStore, name: string, max: number): number {
  const counters = store.load()
  const count = ((counters[name] ?? 0) % max) + 1
  store.save({ ...counters, [name]: count })
  return count
}

export function memoryCounters(): CounterStore {
  let kept: Record<string, number> = {}
  return {
    load: () => kept,
    save(counters) {
      kept = counters
    },
  }
}
