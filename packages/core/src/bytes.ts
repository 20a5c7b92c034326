const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const FOREIGN = 255
/** By character code; a gateway decodes hundreds of these texts per batch. */
const BASE64URL_DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = BASE64URL.indexOf(String.fromCharCode(code))
  return digit < 0 ? FOREIGN : digit
})

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += HEX_OF_BYTE[byte]
  return text
}

/** Null unless `text` is an even number of hexadecimal digits. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

/** RFC 4648 §5 without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let bitCount = 0
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff
    bitCount += 8
    while (bitCount >= 6) {
      bitCount -= 6
      text += BASE64URL.charAt((bits >> bitCount) & 63)
    }
  }
  return bitCount === 0 ? text : text + BASE64URL.charAt((bits << (6 - bitCount)) & 63)
}

/** Null for padding, foreign characters, impossible lengths and non-zero spare bits: one value, one spelling. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 === 1) return null
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let bitCount = 0
  let at = 0
  for (let i = 0; i < text.length; i += 1) {
    const digit = BASE64URL_DIGITS[text.charCodeAt(i)] ?? FOREIGN
    if (digit === FOREIGN) return null
    bits = ((bits << 6) | digit) & 0xffffff
    bitCount += 6
    if (bitCount >= 8) {
      bitCount -= 8
      bytes[at] = (bits >> bitCount) & 255
      at += 1
    }
  }
  return (bits & ((1 << bitCount) - 1)) === 0 ? bytes : null
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
