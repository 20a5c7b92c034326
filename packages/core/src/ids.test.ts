import { expect, test } from 'vitest'
import { idDigits, isId, newId } from './ids.ts'

const zeros = (length: number) => new Uint8Array(length)
const ones = (length: number) => new Uint8Array(length).fill(255)

test('an id has its prefix and 24 base-62 digits, whatever the time and the randomness', () => {
  for (const wallMs of [0, 1_800_000_000_000, 2 ** 48 - 1, -5, 1.5]) {
    for (const randomBytes of [zeros, ones]) {
      expect(newId('pi', { wallMs: () => wallMs, randomBytes })).toMatch(/^pi_[0-9A-Za-z]{24}$/)
    }
  }
})

test('ids sort by the moment of their making, as text', () => {
  const at = (wallMs: number, randomBytes: (length: number) => Uint8Array) =>
    newId('pi', { wallMs: () => wallMs, randomBytes })
  const times = [1, 999, 1_000, 1_799_999_999_999, 1_800_000_000_000, 1_800_000_000_001]
  const ids = times.map((time, n) => at(time, n % 2 === 0 ? ones : zeros))
  expect(ids.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ids)
})

test('within one millisecond the randomness tells them apart, to its last bit', () => {
  const seen = new Set<string>()
  for (let bit = 0; bit < 80; bit += 1) {
    const random = zeros(10)
    random[bit >> 3] = 1 << (bit & 7)
    seen.add(newId('pi', { wallMs: () => 1, randomBytes: () => random }))
  }
  // UUIDv7 keeps 74 of the 80 bits; the other six are version and variant.
  expect(seen.size).toBe(74 + 1)
})

test('an id is known by its prefix and its digits', () => {
  const id = newId('att', { wallMs: () => 1, randomBytes: zeros })
  expect(isId('att', id)).toBe(true)
  expect(isId('pi', id)).toBe(false)
  for (const text of ['', 'att_', `${id}0`, id.slice(0, -1), id.replace(/.$/, '-'), ` ${id}`, `${id}\n`])
    expect(isId('att', text)).toBe(false)
  expect(idDigits(id)).toBe(id.slice(4))
  expect(() => idDigits('att_short')).toThrow('24 digits')
})
