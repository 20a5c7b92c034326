import { type Crypto, type Currency, type SigningKey, toBase64Url } from '@holdfast/core'
import { sha256Text, signStatement } from '@holdfast/envelope'
import type { ExportManifest, QueueExport, WireRecord } from '@holdfast/protocol'
import { inspectRecord, readAround } from '../journal/inspect-record.ts'
import type { JournalStore } from '../journal/journal-store.ts'
import { HEAD_REBUILD_PAGE } from '../limits.ts'

export interface ExportedQueue {
  /** The file's whole content. */
  readonly text: string
  readonly records: number
  /** Accepted payments in it that the gateway has not acknowledged. */
  readonly count: number
  readonly sums: Readonly<Partial<Record<Currency, number>>>
  /** Places in the journal that could not be read, or were damaged: they are not in the file. */
  readonly damagedSeqs: readonly number[]
}

/**
 * What the gateway has not taken yet (with `all`: everything that is kept), as one file that another device of the
 * account can forward. Needs the records and the device's key only, so it also works where the head row is lost.
 */
export async function exportQueue(
  deps: {
    readonly store: JournalStore
    readonly crypto: Crypto
    readonly key: SigningKey
    readonly nowMs: number
  },
  { all = false }: { readonly all?: boolean } = {},
): Promise<ExportedQueue | null> {
  const { store, crypto, key, nowMs } = deps
  const records: WireRecord[] = []
  const hashes: string[] = []
  const damagedSeqs: number[] = []
  const sums: Partial<Record<Currency, number>> = {}
  let [count, headSeq, headHash] = [0, 0, '']
  let owner: Pick<ExportManifest, 'account' | 'mode' | 'device'> | null = null
  const lastSeq = (await store.head().catch(() => null))?.seq ?? Number.MAX_SAFE_INTEGER
  for (let afterSeq = 0; ;) {
    const page = { afterSeq, limit: HEAD_REBUILD_PAGE, headSeq: lastSeq }
    const { rows, unreadable } = await readAround(store, page)
    damagedSeqs.push(...unreadable)
    for (const row of rows) {
      afterSeq = Math.max(afterSeq, row.seq)
      const inspected = await inspectRecord(crypto, row)
      if (!inspected.sound) {
        damagedSeqs.push(row.seq)
        continue
      }
      const { header } = inspected
      const { account, mode, device } = header
      owner = { account, mode, device }
      ;[headSeq, headHash] = [row.seq, row.hash]
      if (row.verdict?.verdict === 'received' && !all) continue
      records.push(row.wire)
      hashes.push(row.hash)
      if (header.kind !== 'payment.accepted' || row.verdict?.verdict === 'received') continue
      count += 1
      sums[header.currency] = (sums[header.currency] ?? 0) + header.amountMinor
    }
    afterSeq = Math.max(afterSeq, ...unreadable)
    if (rows.length + unreadable.length < HEAD_REBUILD_PAGE) break
  }
  if (owner === null) return null
  const manifest: ExportManifest = {
    ...owner,
    key: key.keyId,
    publicKey: toBase64Url(key.publicKey),
    atMs: Math.trunc(nowMs),
    headSeq,
    headHash,
    recordsSha256: await sha256Text(crypto, hashes.join('\n')),
    records: records.length,
    count,
    sums,
  }
  const file: QueueExport = {
    format: 'holdfast-queue',
    v: 1,
    manifest: await signStatement(key, 'export', manifest),
    records,
  }
  return { text: JSON.stringify(file), records: records.length, count, sums, damagedSeqs }
}
