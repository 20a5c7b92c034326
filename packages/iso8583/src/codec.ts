import { readBitmap, writeBitmap } from './bitmap.ts'
import { concatBytes } from './bytes.ts'
import { readAscii, readBcd, writeBcd } from './digits.ts'
import { type FieldFault, fieldFault, type FieldValue, readField, writeField } from './field.ts'
import type { Iso8583Message } from './message.ts'
import type { FieldFormat, WireProfile } from './profile.ts'
import { type DecodeRefusal, type Read, refuse } from './read.ts'

export type Decoded =
  | { readonly ok: true; readonly message: Iso8583Message }
  | { readonly ok: false; readonly code: DecodeRefusal; readonly field?: number; readonly offset: number }

/** Thrown by `encode` alone; names the field and never quotes its value, which may be a card number. */
export class EncodeError extends Error {
  readonly code: FieldFault | 'bad_mti' | 'unknown_field' | 'too_long'
  readonly field: number | undefined

  constructor(code: EncodeError['code'], field?: number) {
    super(`ISO 8583 message cannot be written: ${code}${field === undefined ? '' : ` in field ${field}`}`)
    this.name = 'EncodeError'
    this.code = code
    this.field = field
  }
}

/**
 * The bytes of one message, without its frame.
 * @throws EncodeError when a value does not fit its field: that is a mistake of the caller, not of a peer.
 */
export function encode(profile: WireProfile, message: Iso8583Message): Uint8Array {
  if (!/^0[0-9]{3}$/.test(message.mti)) throw new EncodeError('bad_mti')
  const numbers: number[] = []
  const parts: Uint8Array[] = []
  for (const [key, value] of Object.entries(message.fields)) {
    const number = Number(key)
    const format = formatOf(profile, number)
    if (format === undefined) throw new EncodeError('unknown_field', number)
    const fault = fieldFault(format, value)
    if (fault !== undefined) throw new EncodeError(fault, number)
    numbers.push(number)
    parts.push(...writeField(profile, format, value))
  }
  const mti = profile.digits === 'bcd' ? writeBcd(message.mti, 'left') : new TextEncoder().encode(message.mti)
  const bytes = concatBytes([mti, writeBitmap(profile.bitmap, numbers), ...parts])
  if (bytes.length > profile.framing.messageBytesMax) throw new EncodeError('too_long')
  return bytes
}

/**
 * Reads exactly one message and refuses everything else: no proper prefix of an accepted message is accepted,
 * nor is one byte more, and what is accepted encodes to the very same bytes.
 */
export function decode(profile: WireProfile, bytes: Uint8Array): Decoded {
  const mti = readMti(profile, bytes)
  if (!mti.ok) return mti
  const bitmap = readBitmap(profile.bitmap, bytes, mti.next)
  if (!bitmap.ok) return bitmap

  const fields: Record<number, FieldValue> = {}
  let offset = bitmap.next
  for (const number of bitmap.value) {
    const format = formatOf(profile, number)
    if (format === undefined) return { ...refuse('unknown_field', offset), field: number }
    const read = readField(profile, format, bytes, offset)
    if (!read.ok) return { ...read, field: number }
    fields[number] = read.value
    offset = read.next
  }
  if (offset !== bytes.length) return refuse('trailing_bytes', offset)
  return { ok: true, message: { mti: mti.value, fields } }
}

function readMti(profile: WireProfile, bytes: Uint8Array): Read<string> {
  const mti =
    profile.digits === 'bcd' ? readBcd(bytes, 0, { count: 4, padSide: 'left' }) : readAscii(bytes, 0, 4)
  if (!mti.ok) return mti.code === 'truncated' ? mti : refuse('bad_mti', 0)
  return /^0[0-9]{3}$/.test(mti.value) ? mti : refuse('bad_mti', 0)
}

function formatOf(profile: WireProfile, number: number): FieldFormat | undefined {
  const formats: { readonly [number: number]: FieldFormat | undefined } = profile.fields
  return formats[number]
}
