import type { WireRecord } from '@holdfast/protocol'

/** A record of another device, carried to the gateway. */
interface DiskCopy {
  readonly hash: string
  readonly device: string
  readonly seq: number
  readonly wire: WireRecord
}

/** When the gateway answered for it. */
interface DiskCopyMark {
  readonly generation: number
  readonly ownSeq: number
  readonly atMs: number
}

export interface KeptCopy<Verdict> {
  readonly copy: DiskCopy
  readonly verdict: Verdict | null
  readonly mark?: DiskCopyMark
}

/** The SDK's `CopyStore`, told by its shape. */
export interface DiskCopyStore<Verdict> {
  add(copies: readonly DiskCopy[]): Promise<number>
  waiting(afterDevice: string, limit: number): Promise<DiskCopy[]>
  count(): Promise<{ waiting: number; parked: number }>
  mark(
    verdicts: readonly { readonly hash: string; readonly verdict: Verdict }[],
    when: DiskCopyMark,
  ): Promise<void>
  settle(now: { durableSeq: number; beforeMs: number; generation: number }): Promise<void>
}

/** Beside the journal on the same medium: `access` brings its time and its faults, `table` is what is on it then. */
export function simulatedCopies<Verdict>(
  table: () => Map<string, KeptCopy<Verdict>>,
  access: <T>(label: string, look: () => T) => Promise<T>,
): DiskCopyStore<Verdict> {
  const waiting = (): DiskCopy[] =>
    [...table().values()]
      .flatMap(({ copy, verdict }) => (verdict === null ? [copy] : []))
      .sort((a, b) => (a.device === b.device ? a.seq - b.seq : a.device < b.device ? -1 : 1))
  return {
    add: (copies) =>
      access('disk copies', () => {
        const fresh = copies.filter(({ hash }) => !table().has(hash))
        for (const copy of fresh) table().set(copy.hash, { copy, verdict: null })
        return fresh.length
      }),
    waiting: (afterDevice, limit) =>
      access('disk copies', () =>
        waiting()
          .filter(({ device }) => device > afterDevice)
          .slice(0, limit),
      ),
    count: () =>
      access('disk copies', () => {
        const open = waiting().length
        return { waiting: open, parked: table().size - open - receivedOf(table()) }
      }),
    mark: (verdicts, mark) =>
      access('disk copies', () => {
        for (const { hash, verdict } of verdicts) {
          const kept = table().get(hash)
          if (kept !== undefined) table().set(hash, { ...kept, verdict, mark })
        }
      }),
    settle: ({ durableSeq, beforeMs, generation }) =>
      access('disk copies', () => {
        for (const [hash, { copy, verdict, mark }] of table()) {
          if (!isReceived(verdict) || mark === undefined) continue
          if (mark.ownSeq < durableSeq || mark.atMs < beforeMs) table().delete(hash)
          else if (mark.generation < generation) table().set(hash, { copy, verdict: null })
        }
      }),
  }
}

function receivedOf<Verdict>(table: ReadonlyMap<string, KeptCopy<Verdict>>): number {
  return [...table.values()].filter(({ verdict }) => isReceived(verdict)).length
}

function isReceived(verdict: unknown): boolean {
  return (
    typeof verdict === 'object' && verdict !== null && 'verdict' in verdict && verdict.verdict === 'received'
  )
}
