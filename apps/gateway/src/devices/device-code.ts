import { type Crypto, toHex } from '@holdfast/core'
import { utf8 } from '@holdfast/envelope'

/** No 0, 1, I, L or O: a person reads the code off one screen and types it on another. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
const CODE_LENGTH = 8

/** Eight characters, each as likely as any other. */
export function newDeviceCode(randomBytes: (length: number) => Uint8Array): string {
  let code = ''
  while (code.length < CODE_LENGTH) {
    const [byte = 0] = randomBytes(1)
    // Bytes beyond the last whole run of the alphabet would favour its first letters.
    if (byte < 256 - (256 % ALPHABET.length)) code += ALPHABET.charAt(byte % ALPHABET.length)
  }
  return code
}

/** What the database knows of a code, as a person may have typed it. */
export async function deviceCodeHmac(crypto: Crypto, codeKey: Uint8Array, typed: string): Promise<string> {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '')
  return toHex(await crypto.hmacSha256(codeKey, utf8(code)))
}
