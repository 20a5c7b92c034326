import { type Read, refuse } from './read.ts'

export type PadSide = 'left' | 'right'

/** Digits (and the track separator, nibble D) two to a byte; an odd count has one zero nibble on `padSide`. */
export function writeBcd(text: string, padSide: PadSide): Uint8Array {
  const even = text.length % 2 === 0 ? text : padSide === 'left' ? `0${text}` : `${text}0`
  return Uint8Array.from({ length: even.length / 2 }, (_, index) =>
    Number.parseInt(even.slice(2 * index, 2 * index + 2), 16),
  )
}

/** `count` characters of BCD. Only `separator`, where given, is accepted beside the ten digits. */
export function readBcd(
  bytes: Uint8Array,
  offset: number,
  { count, padSide, separator }: { count: number; padSide: PadSide; separator?: 'D' },
): Read<string> {
  const next = offset + Math.ceil(count / 2)
  if (next > bytes.length) return refuse('truncated', bytes.length)
  let text = ''
  for (let index = offset; index < next; index += 1) {
    const byte = bytes[index] ?? 0
    for (const nibble of [byte >> 4, byte & 15]) {
      if (nibble <= 9) text += String(nibble)
      else if (nibble === 0xd && separator === 'D') text += 'D'
      else return refuse('bad_digit', index)
    }
  }
  if (count % 2 === 0) return { ok: true, value: text, next }
  const [pad, value] =
    padSide === 'left' ? [text.charAt(0), text.slice(1)] : [text.charAt(count), text.slice(0, count)]
  return pad === '0'
    ? { ok: true, value, next }
    : refuse('bad_padding', padSide === 'left' ? offset : next - 1)
}

/** `count` printable ASCII characters. */
export function readAscii(bytes: Uint8Array, offset: number, count: number): Read<string> {
  const next = offset + count
  if (next > bytes.length) return refuse('truncated', bytes.length)
  let text = ''
  for (let index = offset; index < next; index += 1) {
    const byte = bytes[index] ?? 0
    if (byte < 0x20 || byte > 0x7e) return refuse('bad_character', index)
    text += String.fromCharCode(byte)
  }
  return { ok: true, value: text, next }
}
