import type { ApiKey } from './api-keys.ts'

const KIND_PREFIX = { secret: 'sk', publishable: 'pk', restricted: 'rk' } as const
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Of 62 letters and digits each: 190 bits. */
const RANDOM_LENGTH = 32

/** `rk_test_` and the like, and what nobody can guess; only its hash is ever kept. */
export function newApiKey(
  { kind, mode }: Pick<ApiKey, 'kind' | 'mode'>,
  randomBytes: (length: number) => Uint8Array,
): string {
  let random = ''
  while (random.length < RANDOM_LENGTH) {
    const [byte = 255] = randomBytes(1)
    // Bytes beyond the last whole run of the alphabet would favour its first letters.
    if (byte < 256 - (256 % ALPHABET.length)) random += ALPHABET.charAt(byte % ALPHABET.length)
  }
  return `${KIND_PREFIX[kind]}_${mode}_${random}`
}
