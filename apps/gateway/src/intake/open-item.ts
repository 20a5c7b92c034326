import type { Crypto } from '@holdfast/core'
import {
  openRecord,
  type RecordOwner,
  type RecordRefusal,
  type SealedRecord,
  sha256Text,
} from '@holdfast/envelope'
import { type WireRecord, wireRecord } from '@holdfast/protocol'

export type OpenedItem =
  | { readonly ok: true; readonly record: SealedRecord }
  | {
      readonly ok: false
      readonly code: RecordRefusal
      /** Of the header's bytes, as the sender names it. */
      readonly hash: string
      /** Of all its bytes. */
      readonly itemHash: string
      readonly wire: WireRecord
    }

/** One item of a batch, whatever it is. What cannot be a record is kept as far as it can be read. */
export async function openItem(crypto: Crypto, owner: RecordOwner, item: unknown): Promise<OpenedItem> {
  const parsed = wireRecord.safeParse(item)
  const wire = parsed.success ? parsed.data : salvage(item)
  const opened = await openRecord(crypto, owner, wire)
  if (opened.ok && parsed.success) return opened
  const { header, signature, sealed, contact } = wire
  const itemHash = await sha256Text(crypto, JSON.stringify([header, signature, sealed, contact]))
  return opened.ok
    ? { ok: false, code: 'record_malformed', hash: opened.record.hash, itemHash, wire }
    : { ok: false, code: opened.code, hash: opened.hash, itemHash, wire }
}

function salvage(item: unknown): WireRecord {
  const parts = typeof item === 'object' && item !== null ? item : {}
  const header = 'header' in parts ? parts.header : item
  return {
    header: textOf(header) ?? 'null',
    signature: ('signature' in parts ? textOf(parts.signature) : null) ?? '',
    sealed: 'sealed' in parts ? textOf(parts.sealed) : null,
    contact: 'contact' in parts ? textOf(parts.contact) : null,
  }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
