const UPPER_HEX = '0123456789ABCDEF'

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += UPPER_HEX.charAt(byte >> 4) + UPPER_HEX.charAt(byte & 15)
  return text
}

/** Bytes from upper-case hexadecimal ASCII; undefined for anything else, so that bytes have one spelling. */
export function fromHex(ascii: Uint8Array): Uint8Array | undefined {
  if (ascii.length % 2 !== 0) return undefined
  const bytes = new Uint8Array(ascii.length / 2)
  for (let index = 0; index < bytes.length; index += 1) {
    const high = UPPER_HEX.indexOf(String.fromCharCode(ascii[2 * index] ?? 0))
    const low = UPPER_HEX.indexOf(String.fromCharCode(ascii[2 * index + 1] ?? 0))
    if (high < 0 || low < 0) return undefined
    bytes[index] = high * 16 + low
  }
  return bytes
}
