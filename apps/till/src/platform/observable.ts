/** State that lives outside the components; `useSyncExternalStore` fits both functions. */
export interface Observable<State> {
  readonly get: () => State
  /** Tells the subscribers in the same turn. */
  readonly set: (change: Partial<State>) => void
  readonly subscribe: (listener: () => void) => () => void
}

export function createObservable<State extends object>(initial: State): Observable<State> {
  let state = initial
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change }
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
