import type { CopyMark, CopyStore, RecordCopy, RecordVerdict } from '../journal/journal-store.ts'
import { allOf, resultOf } from './indexed-db.ts'

/** `order` is there while the copy has no verdict: the index holds what waits, by device and sequence number. */
interface StoredCopy extends RecordCopy {
  readonly order?: readonly [string, number]
  readonly verdict: RecordVerdict | null
  readonly mark?: CopyMark
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
    mark: (verdicts, mark) =>
      transact(async (transaction) => {
        const store = transaction.objectStore('copies')
        for (const { hash, verdict } of verdicts) {
          const copy: StoredCopy | undefined = await resultOf(store.get(hash))
          if (copy === undefined) continue
          const { order: _order, ...rest } = copy
          store.put({ ...rest, verdict, mark } satisfies StoredCopy)
        }
      }),
    settle: ({ durableSeq, beforeMs, generation }) =>
      transact(async (transaction) => {
        const store = transaction.objectStore('copies')
        const copies: StoredCopy[] = await resultOf(store.getAll())
        for (const { mark, ...copy } of copies) {
          if (copy.verdict?.verdict !== 'received') continue
          // An earlier version has erased the cards of what it marked: that is of no use to anybody.
          if (mark === undefined || mark.ownSeq < durableSeq || mark.atMs < beforeMs) store.delete(copy.hash)
          else if (mark.generation < generation) {
            store.put({ ...copy, order: [copy.device, copy.seq], verdict: null } satisfies StoredCopy)
          }
        }
      }),
  }
}
