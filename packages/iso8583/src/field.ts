import { type PadSide, readAscii, readBcd, writeBcd } from './digits.ts'
import { fromHex, toHex } from './hex.ts'
import type { FieldFormat, TextContent, TextFormat, WireProfile } from './profile.ts'
import { type Read, refuse } from './read.ts'

export type FieldValue = string | Uint8Array
export type FieldFault = 'bad_length' | 'bad_character' | 'bad_type'

const CONTENT: Record<TextContent, RegExp> = {
  n: /^[0-9]*$/,
  z: /^[0-9]*=?[0-9]*$/,
  an: /^[A-Za-z0-9 ]*$/,
  ans: /^[\x20-\x7e]*$/,
}

/** Why `value` cannot be written in this format; undefined when it can. */
export function fieldFault(format: FieldFormat, value: FieldValue): FieldFault | undefined {
  if ((format.content === 'b') === (typeof value === 'string')) return 'bad_type'
  if (format.kind === 'fixed' && value.length !== format.length) return 'bad_length'
  if (format.kind === 'variable' && (value.length === 0 || value.length > format.lengthMax))
    return 'bad_length'
  if (format.content !== 'b' && typeof value === 'string' && !CONTENT[format.content].test(value)) {
    return 'bad_character'
  }
  return undefined
}

/** The bytes of a value for which `fieldFault` found nothing. */
export function writeField(profile: WireProfile, format: FieldFormat, value: FieldValue): Uint8Array[] {
  const body = writeBody(profile, format, value)
  if (format.kind === 'fixed') return [body]
  const prefix = String(value.length).padStart(format.prefixDigits, '0')
  return [profile.lengths === 'bcd' ? writeBcd(prefix, 'left') : ascii(prefix), body]
}

export function readField(
  profile: WireProfile,
  format: FieldFormat,
  bytes: Uint8Array,
  offset: number,
): Read<FieldValue> {
  const count = readCount(profile, format, bytes, offset)
  if (!count.ok) return count
  if (format.content === 'b') return readBinary(profile.binary, bytes, count.next, count.value)
  return readText(profile, format, bytes, { offset: count.next, count: count.value })
}

function writeBody(profile: WireProfile, format: FieldFormat, value: FieldValue): Uint8Array {
  if (typeof value !== 'string') return profile.binary === 'raw' ? value : ascii(toHex(value))
  const text = format.content === 'z' ? value.replace('=', profile.trackSeparator) : value
  return isPacked(profile, format) ? writeBcd(text, padSide(format)) : ascii(text)
}

function readCount(
  profile: WireProfile,
  format: FieldFormat,
  bytes: Uint8Array,
  offset: number,
): Read<number> {
  if (format.kind === 'fixed') return { ok: true, value: format.length, next: offset }
  const prefix =
    profile.lengths === 'bcd'
      ? readBcd(bytes, offset, { count: format.prefixDigits, padSide: 'left' })
      : readAscii(bytes, offset, format.prefixDigits)
  if (!prefix.ok) return prefix.code === 'truncated' ? prefix : refuse('bad_length', offset)
  const count = CONTENT.n.test(prefix.value) ? Number(prefix.value) : 0
  if (count === 0 || count > format.lengthMax) return refuse('bad_length', offset)
  return { ok: true, value: count, next: prefix.next }
}

function readText(
  profile: WireProfile,
  format: TextFormat,
  bytes: Uint8Array,
  { offset, count }: { offset: number; count: number },
): Read<string> {
  const separator =
    format.content === 'z' && profile.trackSeparator === 'D' ? { separator: 'D' as const } : {}
  const read = isPacked(profile, format)
    ? readBcd(bytes, offset, { count, padSide: padSide(format), ...separator })
    : readAscii(bytes, offset, count)
  if (!read.ok) return read
  if (format.content === 'z' && profile.trackSeparator === 'D' && read.value.includes('=')) {
    return refuse('bad_character', offset)
  }
  const value = format.content === 'z' ? read.value.replace(profile.trackSeparator, '=') : read.value
  return CONTENT[format.content].test(value) ? { ...read, value } : refuse('bad_character', offset)
}

function readBinary(
  encoding: 'raw' | 'hex',
  bytes: Uint8Array,
  offset: number,
  count: number,
): Read<Uint8Array> {
  const next = offset + (encoding === 'raw' ? count : 2 * count)
  if (next > bytes.length) return refuse('truncated', bytes.length)
  const raw = bytes.slice(offset, next)
  const value = encoding === 'raw' ? raw : fromHex(raw)
  return value === undefined ? refuse('bad_character', offset) : { ok: true, value, next }
}

function isPacked(profile: WireProfile, format: FieldFormat): boolean {
  return profile.digits === 'bcd' && (format.content === 'n' || format.content === 'z')
}

function padSide(format: FieldFormat): PadSide {
  return format.kind === 'fixed' ? 'left' : 'right'
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
