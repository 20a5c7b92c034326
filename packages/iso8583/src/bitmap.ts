import { type Read, refuse } from './read.ts'
import { fromHex, toHex } from './hex.ts'

const MAP_BYTES = 8

/** Bits are numbered from 1, most significant first; bit 1 says that the map of fields 65–128 follows. */
export function writeBitmap(encoding: 'binary' | 'hex', numbers: readonly number[]): Uint8Array {
  const extended = numbers.some((number) => number > 64)
  const map = new Uint8Array(extended ? 2 * MAP_BYTES : MAP_BYTES)
  for (const number of extended ? [1, ...numbers] : numbers) {
    const index = (number - 1) >> 3
    map[index] = (map[index] ?? 0) | (0x80 >> ((number - 1) & 7))
  }
  return encoding === 'binary' ? map : new TextEncoder().encode(toHex(map))
}

/** The field numbers in ascending order. Bit 65 (a third map) comes out as field 65, which no profile knows. */
export function readBitmap(
  encoding: 'binary' | 'hex',
  bytes: Uint8Array,
  offset: number,
): Read<readonly number[]> {
  const first = readMap(encoding, bytes, offset)
  if (!first.ok) return first
  const numbers = numbersOf(first.value, 0)
  if (numbers[0] !== 1) return { ok: true, value: numbers, next: first.next }

  const second = readMap(encoding, bytes, first.next)
  if (!second.ok) return second
  const extended = numbersOf(second.value, 64)
  // An announced but empty second map would give one message two spellings.
  if (extended.length === 0) return refuse('bad_bitmap', first.next)
  return { ok: true, value: [...numbers.slice(1), ...extended], next: second.next }
}

function readMap(encoding: 'binary' | 'hex', bytes: Uint8Array, offset: number): Read<Uint8Array> {
  const next = offset + (encoding === 'binary' ? MAP_BYTES : 2 * MAP_BYTES)
  if (next > bytes.length) return refuse('truncated', bytes.length)
  const raw = bytes.subarray(offset, next)
  const map = encoding === 'binary' ? raw : fromHex(raw)
  return map === undefined ? refuse('bad_bitmap', offset) : { ok: true, value: map, next }
}

function numbersOf(map: Uint8Array, base: number): number[] {
  const numbers: number[] = []
  for (const [index, byte] of map.entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      if ((byte & (0x80 >> bit)) !== 0) numbers.push(base + 8 * index + bit + 1)
    }
  }
  return numbers
}
