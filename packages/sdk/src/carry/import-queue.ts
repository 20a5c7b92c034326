import { type Crypto, fromBase64Url, toBase64Url } from '@holdfast/core'
import { openRecord, openStatement, parseJson, sha256Text } from '@holdfast/envelope'
import { type ErrorCode, type ExportManifest, exportManifest, queueExport } from '@holdfast/protocol'
import type { JournalStore, RecordCopy } from '../journal/journal-store.ts'
import type { Enrolment } from '../journal/kept-values.ts'
import { IMPORT_RECORDS_PER_COMMIT } from '../limits.ts'

export type ImportedQueue =
  | {
      readonly status: 'imported'
      /** Whose records they are. */
      readonly device: string
      readonly records: number
      /** Not known here before. */
      readonly fresh: number
      readonly count: number
      readonly sums: ExportManifest['sums']
    }
  | { readonly status: 'refused'; readonly code: ErrorCode }

/**
 * Takes another device's queue along, to forward it. All or nothing: every record must be signed by the key of the
 * manifest, of the manifest's device, and in the manifest's list. Whether that key is the device's only the gateway
 * knows, and it asks. Twice the same file adds nothing.
 */
export async function importQueue(
  deps: {
    readonly store: Pick<JournalStore, 'copies'>
    readonly crypto: Crypto
    readonly enrolment: Pick<Enrolment, 'account' | 'mode'>
  },
  text: string,
): Promise<ImportedQueue> {
  const { store, crypto, enrolment } = deps
  const read = await readExport(crypto, text)
  if (read === null) return { status: 'refused', code: 'export_malformed' }
  const { manifest, copies } = read
  if (manifest.account !== enrolment.account || manifest.mode !== enrolment.mode) {
    return { status: 'refused', code: 'export_foreign' }
  }
  if (store.copies === undefined) return { status: 'refused', code: 'storage_unavailable' }
  let fresh = 0
  try {
    for (let at = 0; at < copies.length; at += IMPORT_RECORDS_PER_COMMIT) {
      fresh += await store.copies.add(copies.slice(at, at + IMPORT_RECORDS_PER_COMMIT))
    }
  } catch {
    // What was added stays and is forwarded; the file is still there to be imported again.
    return { status: 'refused', code: 'journal_failed' }
  }
  const { device, count, sums } = manifest
  return { status: 'imported', device, records: copies.length, fresh, count, sums }
}

async function readExport(
  crypto: Crypto,
  text: string,
): Promise<{ manifest: ExportManifest; copies: RecordCopy[] } | null> {
  const file = queueExport.safeParse(parseJson(text))
  if (!file.success) return null
  const claimed = exportManifest.safeParse(parseJson(file.data.manifest.payload))
  if (!claimed.success) return null
  const { account, mode, device, key, publicKey } = claimed.data
  if ((await keyIdOf(crypto, publicKey)) !== key) return null
  const keys = [{ keyId: key, publicKey }]
  const manifest = await openStatement(crypto, keys, 'export', exportManifest, file.data.manifest)
  if (manifest === null || manifest.records !== file.data.records.length) return null
  const copies: RecordCopy[] = []
  for (const wire of file.data.records) {
    const opened = await openRecord(crypto, { account, mode, device, keys }, wire)
    if (!opened.ok) return null
    const { hash, header } = opened.record
    copies.push({ hash, device, seq: header.seq, wire })
  }
  const listed = await sha256Text(crypto, copies.map(({ hash }) => hash).join('\n'))
  return listed === manifest.recordsSha256 ? { manifest, copies } : null
}

/** As every key's id: base64url of the first 12 bytes of SHA-256 of the public key. */
async function keyIdOf(crypto: Crypto, publicKey: string): Promise<string | null> {
  const raw = fromBase64Url(publicKey)
  return raw === null ? null : toBase64Url((await crypto.sha256(raw)).subarray(0, 12))
}
