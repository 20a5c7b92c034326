/**
 * How often each fault was met. A fault is announced first, so that one that never happened is seen to be missing:
 * a run that did not meet what it claims to survive has shown nothing.
 */
export interface FaultCounters {
  announce(...names: readonly string[]): void
  hit(name: string): void
  /** Counts a rare state that the run should reach at least once. */
  sometimes(name: string, reached: boolean): void
  counts(): ReadonlyMap<string, number>
  never(): readonly string[]
  /** Adds those of another run. */
  add(other: FaultCounters): void
  addCounts(counts: ReadonlyMap<string, number>): void
}

export function createFaultCounters(): FaultCounters {
  const counts = new Map<string, number>()
  const raise = (name: string, by: number): void => void counts.set(name, (counts.get(name) ?? 0) + by)
  function addCounts(other: ReadonlyMap<string, number>): void {
    for (const [name, count] of other) raise(name, count)
  }
  return {
    announce(...names) {
      for (const name of names) raise(name, 0)
    },
    hit: (name) => raise(name, 1),
    sometimes: (name, reached) => raise(name, reached ? 1 : 0),
    counts: () => new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    never: () => [...counts].flatMap(([name, count]) => (count === 0 ? [name] : [])).sort(),
    add: (other) => addCounts(other.counts()),
    addCounts,
  }
}
