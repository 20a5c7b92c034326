/** What is left out of a day so that its story is short; the rest of the day draws as it did. */
export interface DayCut {
  /** Kinds of faults that come by chance and are off, such as `net.delayed`. */
  readonly kinds: ReadonlySet<string>
  /** Planned events that do not happen, by their number. */
  readonly events: ReadonlySet<number>
  /** Tills that nobody sells at. */
  readonly tills: ReadonlySet<string>
  /** The shop closes after so many orders. */
  readonly ordersMax: number
}

export const NO_CUT: DayCut = {
  kinds: new Set(),
  events: new Set(),
  tills: new Set(),
  ordersMax: Number.POSITIVE_INFINITY,
}

/** What a day has planned, by name and number, and whether it takes place. */
export interface Plans {
  /** The number of one more event. */
  next(): number
  count(): number
  isKept(event: number): boolean
  /** Asked for each kind of fault by chance. */
  isOn(kind: string): boolean
  /** All that were asked for. */
  kinds(): readonly string[]
  isOpen(till: string, orders: number): boolean
}

export function createPlans({ kinds, events, tills, ordersMax }: DayCut): Plans {
  const asked = new Set<string>()
  let count = 0
  return {
    next() {
      count += 1
      return count
    },
    count: () => count,
    isKept: (event) => !events.has(event),
    isOn(kind) {
      asked.add(kind)
      return !kinds.has(kind)
    },
    kinds: () => [...asked],
    isOpen: (till, orders) => !tills.has(till) && orders < ordersMax,
  }
}
