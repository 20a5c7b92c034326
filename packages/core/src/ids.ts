import { assert } from './assert.ts'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_DIGITS = 24

/** Every kind of thing that has an id of its own, by its prefix. A payment keeps `pi_…` everywhere, for ever. */
export type IdPrefix =
  | 'acct'
  | 'att'
  | 'bat'
  | 'cap'
  | 'ch'
  | 'cus'
  | 'dev'
  | 'du'
  | 'ep'
  | 'evt'
  | 'file'
  | 'inc'
  | 'job'
  | 'lease'
  | 'loc'
  | 'mail'
  | 'ntc'
  | 'ord'
  | 'pi'
  | 'po'
  | 'prs'
  | 'rdr'
  | 're'
  | 'read'
  | 'rev'
  | 'sale'
  | 'seti'
  | 'tct'
  | 'tmc'
  | 'txn'
  | 'we'

/** What an id is made from: the time makes it sort by age, the randomness makes it unique. */
export interface IdSource {
  wallMs(): number
  randomBytes(length: number): Uint8Array
}

/** `<prefix>_` + 24 base-62 digits of a UUIDv7 (RFC 9562 §5.7); ids of one prefix sort by the time of making. */
export function newId(prefix: IdPrefix, source: IdSource): string {
  return `${prefix}_${base62(uuidV7(source))}`
}

export function isId(prefix: IdPrefix, text: string): boolean {
  return text.startsWith(`${prefix}_`) && /^[0-9A-Za-z]{24}$/.test(text.slice(prefix.length + 1))
}

/** The 24 digits behind the prefix, for an id that is derived from another one's (a payment's first charge, say). */
export function idDigits(id: string): string {
  const digits = id.slice(id.indexOf('_') + 1)
  assert(digits.length === ID_DIGITS, 'an id has 24 digits behind its prefix')
  return digits
}

function uuidV7(source: IdSource): bigint {
  const random = source.randomBytes(10)
  let value = BigInt(Math.max(0, Math.trunc(source.wallMs()))) & 0xffffffffffffn
  value = (value << 4n) | 7n
  value = (value << 12n) | (BigInt(random[0] ?? 0) << 4n) | (BigInt(random[1] ?? 0) & 15n)
  value = (value << 2n) | 2n
  value = (value << 6n) | (BigInt(random[2] ?? 0) & 63n)
  for (const byte of random.subarray(3)) value = (value << 8n) | BigInt(byte)
  return value
}

function base62(value: bigint): string {
  let rest = value
  let digits = ''
  for (let i = 0; i < ID_DIGITS; i += 1) {
    digits = BASE62.charAt(Number(rest % 62n)) + digits
    rest /= 62n
  }
  return digits
}
