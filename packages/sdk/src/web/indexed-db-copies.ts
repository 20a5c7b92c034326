import type { CopyStore, RecordCopy, RecordVerdict } from '../journal/journal-store.ts'
import { allOf, resultOf } from './indexed-db.ts'

/** `order` is there while the copy has no verdict: the index holds what waits, by device and sequence number. */
interface StoredCopy extends RecordCopy {
  readonly order?: readonly [string, number]
  readonly verdict: RecordVerdict | null
}

export function indexedDbCopies(
  read: () => IDBObjectStore,
  transact: <Value>(task: (transaction: IDBTransaction) => Promise<Value>) => Promise<Value>,
): CopyStore {
  return {
    add: (copies) =>
      transact(async (transaction) => {
        const store = transaction.objectStore('copies')
        let added = 0
        for (const copy of copies) {
          if ((await resultOf(store.getKey(copy.hash))) !== undefined) continue
          const stored: StoredCopy = { ...copy, order: [copy.device, copy.seq], verdict: null }
          store.add(stored)
          added += 1
        }
        return added
      }),
    async waiting(afterDevice, limit) {
      const behind = IDBKeyRange.lowerBound([afterDevice, Number.POSITIVE_INFINITY], true)
      const found = await allOf<StoredCopy>(read().index('waiting').openCursor(behind), limit)
      return found.map(({ hash, device, seq, wire }) => ({ hash, device, seq, wire }))
    },
    async count() {
      const all = await resultOf(read().count())
      const waiting = await resultOf(read().index('waiting').count())
      if (all === waiting) return { waiting, parked: 0 }
      const copies: StoredCopy[] = await resultOf(read().getAll())
      return { waiting, parked: copies.filter(({ verdict }) => verdict?.verdict === 'parked').length }
    },
    mark: (verdicts) =>
      transact(async (transaction) => {
        const store = transaction.objectStore('copies')
        for (const { hash, verdict } of verdicts) {
          const copy: StoredCopy | undefined = await resultOf(store.get(hash))
          if (copy === undefined) continue
          const { order: _order, ...rest } = copy
          // What the gateway has is of no more use here; what it keeps for review stays, with its card.
          const wire =
            verdict.verdict === 'received' ? { ...copy.wire, sealed: null, contact: null } : copy.wire
          store.put({ ...rest, wire, verdict } satisfies StoredCopy)
        }
      }),
  }
}
