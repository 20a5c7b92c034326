import type { JournalStore } from '../journal/journal-store.ts'

/**
 * Runs the task on a store that dies at its n-th operation: nothing after it is ever answered, as for a process that is
 * gone. True when it died.
 */
export function dieAt(
  store: JournalStore,
  { at, when }: { at: number; when: 'before' | 'after' },
  task: (faulty: JournalStore) => Promise<void>,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let count = 0
    const never = () => {
      resolve(true)
      return new Promise<never>(() => {})
    }
    async function step<Value>(operation: () => Promise<Value>): Promise<Value> {
      count += 1
      if (count > at || (count === at && when === 'before')) return never()
      const value = await operation()
      return count >= at ? never() : value
    }
    const faulty: JournalStore = {
      head: () => step(() => store.head()),
      commit: (version, change) => step(() => store.commit(version, change)),
      records: (query) => step(() => store.records(query)),
      payments: (query) => step(() => store.payments(query)),
      payment: (id) => step(() => store.payment(id)),
      value: (name) => step(() => store.value(name)),
      // The disk outlives the process.
      close: () => Promise.resolve(),
    }
    task(faulty).then(() => resolve(false), reject)
  })
}
