import type { Crypto } from '@holdfast/core'
import { parseJson, sha256Text } from '@holdfast/envelope'
import { type RecordHeader, recordHeader } from '@holdfast/protocol'
import type { JournalStore, StoredRecord } from './journal-store.ts'

export type Inspected =
  | { readonly sound: true; readonly header: RecordHeader }
  | { readonly sound: false; readonly code: 'record_corrupt' }

/** Is this still what was written? Its header must hash to what the next record names, and be one of this place. */
export async function inspectRecord(crypto: Crypto, row: StoredRecord): Promise<Inspected> {
  const damaged = { sound: false, code: 'record_corrupt' } as const
  if ((await sha256Text(crypto, row.wire.header)) !== row.hash) return damaged
  const parsed = recordHeader.safeParse(parseJson(row.wire.header))
  if (!parsed.success || parsed.data.seq !== row.seq) return damaged
  return { sound: true, header: parsed.data }
}

export interface ReadRecords {
  readonly rows: readonly StoredRecord[]
  /** Places that the medium cannot read any more. */
  readonly unreadable: readonly number[]
}

/**
 * Records after `afterSeq`, around those that cannot be read. Throws when nothing can be read at all: then it is the
 * medium and not the records.
 */
export async function readAround(
  store: Pick<JournalStore, 'records'>,
  { afterSeq, limit, headSeq }: { afterSeq: number; limit: number; headSeq: number },
): Promise<ReadRecords> {
  try {
    return { rows: await store.records({ afterSeq, limit }), unreadable: [] }
  } catch (error) {
    const rows: StoredRecord[] = []
    const unreadable: number[] = []
    for (let seq = afterSeq + 1; seq <= Math.min(headSeq, afterSeq + limit); seq += 1) {
      const found = await store.records({ afterSeq: seq - 1, limit: 1 }).catch(() => null)
      if (found === null) unreadable.push(seq)
      else rows.push(...found.filter((row) => row.seq === seq))
    }
    if (rows.length === 0) throw error
    return { rows, unreadable }
  }
}
