import type { Crypto } from '@holdfast/core'
import {
  type ReadRecord,
  readRecord,
  type RecordOwner,
  type RecordRefusal,
  type SealedRecord,
  sha256Text,
} from '@holdfast/envelope'
import { type WireRecord, wireRecord } from '@holdfast/protocol'

type OpenedItem =
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

/** One item of a batch, whatever it is, in two halves: what it says, and later whether that is to be believed. */
export interface ReadItem {
  /** What it claims to be, for looking things up by; null when it cannot be a record of this device. */
  readonly claimed: SealedRecord | null
  /** What cannot be a record is kept as far as it can be read. */
  readonly opened: Promise<OpenedItem>
}

export async function readItem(crypto: Crypto, owner: RecordOwner, item: unknown): Promise<ReadItem> {
  const parsed = wireRecord.safeParse(item)
  const wire = parsed.success ? parsed.data : salvage(item)
  const read = await readRecord(crypto, owner, wire)
  const isWhole = parsed.success
  return { claimed: read.ok && isWhole ? read.record : null, opened: prove(crypto, read, wire, isWhole) }
}

async function prove(
  crypto: Crypto,
  read: ReadRecord,
  wire: WireRecord,
  isWhole: boolean,
): Promise<OpenedItem> {
  const refusal = read.ok ? await read.refusal : read.code
  if (read.ok && refusal === null && isWhole) return { ok: true, record: read.record }
  const { header, signature, sealed, contact } = wire
  const itemHash = await sha256Text(crypto, JSON.stringify([header, signature, sealed, contact]))
  const hash = read.ok ? read.record.hash : read.hash
  return { ok: false, code: refusal ?? 'record_malformed', hash, itemHash, wire }
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
