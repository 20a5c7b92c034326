import { concatBytes } from './bytes.ts'
import { fromHex, toHex } from './hex.ts'

/** `tag` is upper-case hexadecimal (`9F26`). Values are bytes; templates (71, 72) are not opened. */
export type TlvItem = { readonly tag: string; readonly value: Uint8Array }

export type TlvRefusal = 'truncated' | 'bad_tag' | 'bad_length' | 'duplicate_tag'

export type DecodedTlv =
  | { readonly ok: true; readonly items: readonly TlvItem[] }
  | { readonly ok: false; readonly code: TlvRefusal; readonly offset: number }

const TAG_BYTES_MAX = 3
const LENGTH_MAX = 0xffff

/** @throws Error on a malformed tag or a value beyond 65,535 bytes: those are mistakes of the caller. */
export function encodeTlv(items: readonly TlvItem[]): Uint8Array {
  return concatBytes(
    items.flatMap(({ tag, value }) => {
      const bytes = fromHex(new TextEncoder().encode(tag))
      if (bytes === undefined || readTag(bytes, 0) !== bytes.length || value.length > LENGTH_MAX) {
        throw new Error(`tag ${tag} cannot be written`)
      }
      return [bytes, lengthBytes(value.length), value]
    }),
  )
}

/** Reads a flat list of data objects to its last byte. Lengths must be in their shortest form, tags unique. */
export function decodeTlv(bytes: Uint8Array): DecodedTlv {
  const items: TlvItem[] = []
  const seen = new Set<string>()
  let offset = 0
  while (offset < bytes.length) {
    const tagEnd = readTag(bytes, offset)
    if (typeof tagEnd === 'string') return { ok: false, code: tagEnd, offset }
    const tag = toHex(bytes.subarray(offset, tagEnd))
    if (seen.has(tag)) return { ok: false, code: 'duplicate_tag', offset }
    seen.add(tag)
    const length = readLength(bytes, tagEnd)
    if (typeof length === 'string') return { ok: false, code: length, offset: tagEnd }
    const end = length.start + length.length
    if (end > bytes.length) return { ok: false, code: 'truncated', offset: bytes.length }
    items.push({ tag, value: bytes.slice(length.start, end) })
    offset = end
  }
  return { ok: true, items }
}

/** The offset after the tag, or why there is none. 00 and FF are padding in EMV and no tags. */
function readTag(bytes: Uint8Array, offset: number): number | TlvRefusal {
  const first = bytes[offset]
  if (first === undefined) return 'truncated'
  if (first === 0x00 || first === 0xff) return 'bad_tag'
  if ((first & 0x1f) !== 0x1f) return offset + 1
  for (let index = offset + 1; index < offset + TAG_BYTES_MAX; index += 1) {
    const byte = bytes[index]
    if (byte === undefined) return 'truncated'
    // A leading zero group would give a tag a second spelling. (Numbers below 31 are: EMV has 9F02.)
    if (index === offset + 1 && byte === 0x80) return 'bad_tag'
    if ((byte & 0x80) === 0) return index + 1
  }
  return 'bad_tag'
}

function readLength(bytes: Uint8Array, offset: number): { start: number; length: number } | TlvRefusal {
  const first = bytes[offset]
  if (first === undefined) return 'truncated'
  if (first < 0x80) return { start: offset + 1, length: first }
  const count = first & 0x7f
  if (count === 0 || count > 2) return 'bad_length'
  const start = offset + 1 + count
  if (start > bytes.length) return 'truncated'
  const length = bytes.subarray(offset + 1, start).reduce((sum, byte) => sum * 256 + byte, 0)
  return lengthBytes(length).length === 1 + count ? { start, length } : 'bad_length'
}

function lengthBytes(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  if (length < 0x100) return Uint8Array.of(0x81, length)
  return Uint8Array.of(0x82, length >> 8, length & 255)
}
