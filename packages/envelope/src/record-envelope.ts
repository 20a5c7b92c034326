import { type Crypto, type SigningKey, toHex } from '@holdfast/core'
import { type RecordHeader, recordHeader, RECORD_VERSION, type WireRecord } from '@holdfast/protocol'
import { parseJson, signText, verifyText } from './statement.ts'
import { utf8 } from './utf8.ts'

/** A record ready to be appended: the wire form, what it says, and the hash that the next one links to. */
export interface SealedRecord {
  readonly wire: WireRecord
  readonly header: RecordHeader
  readonly hash: string
}

export async function makeRecord(
  crypto: Crypto,
  key: SigningKey,
  header: RecordHeader,
  parts: { readonly sealed: string | null; readonly contact: string | null },
): Promise<SealedRecord> {
  const text = JSON.stringify(header)
  const wire = { header: text, signature: await signText(key, 'record', text), ...parts }
  return { wire, header, hash: await sha256Text(crypto, text) }
}

export type RecordRefusal =
  | 'record_malformed'
  | 'record_version_unknown'
  | 'record_signature_invalid'
  | 'record_account_foreign'
  | 'record_sealed_mismatch'

export type OpenedRecord =
  | { readonly ok: true; readonly record: SealedRecord }
  /** `hash` names the refused bytes, so that a verdict can name them too. */
  | { readonly ok: false; readonly code: RecordRefusal; readonly hash: string }

/** Who may have written the record. */
export interface RecordOwner {
  readonly account: string
  readonly mode: string
  readonly device: string
  readonly keys: readonly { readonly keyId: string; readonly publicKey: string }[]
}

/** Verifies a record against its device. The order is precedence: the first rule that fails names the refusal. */
export async function openRecord(
  crypto: Crypto,
  owner: RecordOwner,
  wire: WireRecord,
): Promise<OpenedRecord> {
  const read = await readRecord(crypto, owner, wire)
  if (!read.ok) return read
  const code = await read.refusal
  return code === null ? { ok: true, record: read.record } : { ok: false, code, hash: read.record.hash }
}

export type ReadRecord =
  | {
      readonly ok: true
      /** Not to be believed before `refusal` says null. */
      readonly record: SealedRecord
      /** Never rejects for what the sender did. */
      readonly refusal: Promise<RecordRefusal | null>
    }
  | Extract<OpenedRecord, { readonly ok: false }>

/**
 * `openRecord` in two halves: what the record says, at once, and whether it is genuine, later. A caller looks up what it
 * needs while the signature is checked.
 */
export async function readRecord(crypto: Crypto, owner: RecordOwner, wire: WireRecord): Promise<ReadRecord> {
  const hash = await sha256Text(crypto, wire.header)
  const json = parseJson(wire.header)
  if (isOtherVersion(json)) return { ok: false, code: 'record_version_unknown', hash }
  const parsed = recordHeader.safeParse(json)
  if (!parsed.success) return { ok: false, code: 'record_malformed', hash }
  const header = parsed.data
  if (header.account !== owner.account || header.mode !== owner.mode || header.device !== owner.device) {
    return { ok: false, code: 'record_account_foreign', hash }
  }
  const key = owner.keys.find((candidate) => candidate.keyId === header.key)
  if (key === undefined) return { ok: false, code: 'record_signature_invalid', hash }
  return { ok: true, record: { wire, header, hash }, refusal: prove(crypto, key.publicKey, header, wire) }
}

async function prove(
  crypto: Crypto,
  publicKey: string,
  header: RecordHeader,
  wire: WireRecord,
): Promise<RecordRefusal | null> {
  const isGenuine = verifyText(crypto, publicKey, 'record', wire.header, wire.signature)
  if (!(await isGenuine)) return 'record_signature_invalid'
  return (await partsFit(crypto, header, wire)) ? null : 'record_sealed_mismatch'
}

export async function sha256Text(crypto: Crypto, text: string): Promise<string> {
  return toHex(await crypto.sha256(utf8(text)))
}

function isOtherVersion(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'v' in json && json.v !== RECORD_VERSION
}

/** A part that is there must be the one that is named; a part may be absent, since it is erased at the outcome. */
async function partsFit(crypto: Crypto, header: RecordHeader, wire: WireRecord): Promise<boolean> {
  const sealedSha256 = 'sealedSha256' in header ? header.sealedSha256 : null
  const contactSha256 = 'contactSha256' in header ? header.contactSha256 : null
  if (wire.sealed !== null && (await sha256Text(crypto, wire.sealed)) !== sealedSha256) return false
  return wire.contact === null || (await sha256Text(crypto, wire.contact)) === contactSha256
}
