import { cardNames } from '@holdfast/reader'
import { simulatedCards } from '@holdfast/reader/simulated-cards'

const numbers = cardNames.map((name) => simulatedCards[name].pan)
const plain = new RegExp(numbers.join('|'))

/** True when a card number stands in `text` as digits, or spelled in hexadecimal or base64 inside of it. */
export function holdsCardNumber(text: string, how: 'plain' | 'deep' = 'plain'): boolean {
  if (plain.test(text)) return true
  if (how === 'plain') return false
  for (const run of new Set(text.match(/[A-Za-z0-9+/_-]{16,}/g))) {
    if (bytesHoldCardNumber(Buffer.from(run, 'base64url'))) return true
    if (/^[0-9a-f]+$/i.test(run) && bytesHoldCardNumber(Buffer.from(run, 'hex'))) return true
  }
  return false
}

/** Also as BCD, where a number of odd length may begin at a half byte. */
export function bytesHoldCardNumber(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes)
  return plain.test(buffer.toString('latin1')) || plain.test(buffer.toString('hex'))
}
