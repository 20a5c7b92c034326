import { simulatedCards } from '@holdfast/reader/simulated-cards'

export interface CardDataFound {
  /** Name of the card, and `track` when it is the rest of its track. */
  readonly card: string
  readonly form: string
  readonly offset: number
}

const DISTINCT_BYTES_MIN = 4
/** Cards whose packed number is telling, or whose track is. */
export const packedCards: ReadonlySet<string> = new Set(
  'amex cb_visa interac contactless_visa offline_approving'.split(' ').concat('magstripe track'),
)

/** More of one place are of no use to anybody. */
const FOUND_MAX = 20

interface Needle {
  readonly card: string
  readonly form: string
  readonly bytes: Buffer
}

/**
 * Where in these bytes the number of a test card lies, or the rest of its track: as text, as text of two bytes a
 * letter, in groups, as hexadecimal of the text, as packed digits (BCD, at either half byte; their hexadecimal is the
 * text itself), and as base64 of text or BCD at any alignment. One pass over the bytes for all of them.
 */
export function findCardData(bytes: Uint8Array): CardDataFound[] {
  const found: CardDataFound[] = []
  for (let offset = 0; offset + 1 < bytes.length && found.length < FOUND_MAX; offset += 1) {
    const candidates = byFirstTwo[((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0)]
    if (candidates === undefined) continue
    for (const { card, form, bytes: wanted } of candidates) {
      if (startsWithAt(bytes, offset, wanted)) found.push({ card, form, offset })
    }
  }
  return found
}

export const cardDataForms = [
  'text',
  'UTF-16',
  'groups',
  'dashes',
  'hexadecimal of text',
  'BCD',
  'BCD at the other half byte',
  'base64 of text',
  'base64 of BCD',
] as const

/** The digits in one form, as somebody might leave them behind. For the positive controls; `shift` moves base64. */
export function writeDigits(digits: string, form: (typeof cardDataForms)[number], shift: number): Buffer {
  const packed = (text: string) => Buffer.from(text.length % 2 === 0 ? text : `${text}F`, 'hex')
  const base64 = (bytes: Buffer) =>
    Buffer.from(Buffer.concat([Buffer.alloc(shift, 0x7f), bytes, Buffer.from('tail')]).toString('base64'))
  switch (form) {
    case 'text':
      return Buffer.from(digits)
    case 'UTF-16':
      return Buffer.from(digits, 'utf16le')
    case 'groups':
      return Buffer.from(grouped(digits, ' '))
    case 'dashes':
      return Buffer.from(grouped(digits, '-'))
    case 'hexadecimal of text':
      return Buffer.from(Buffer.from(digits).toString('hex'))
    case 'BCD':
      return packed(digits)
    case 'BCD at the other half byte':
      return packed(`7${digits}`)
    case 'base64 of text':
      return base64(Buffer.from(digits))
    case 'base64 of BCD':
      return base64(packed(digits))
  }
}

export const wantedDigits: readonly { readonly card: string; readonly digits: string }[] = Object.entries(
  simulatedCards,
).flatMap(([card, { pan, expiry, behaviour }]) => [
  { card, digits: pan },
  ...(behaviour.kind === 'stripe' ? [{ card: `${card} track`, digits: expiry + behaviour.trackTail }] : []),
])

const byFirstTwo = index(wantedDigits.flatMap(needlesOf))

function needlesOf({ card, digits }: { card: string; digits: string }): Needle[] {
  const text = Buffer.from(digits)
  const even = wholeBytes(digits)
  const odd = wholeBytes(digits.slice(1))
  const needle = (form: string, bytes: Buffer): Needle => ({ card, form, bytes })
  const packed = [
    needle('BCD', even),
    needle('BCD at the other half byte', odd),
    ...[even, odd].flatMap(base64Cores).map((core) => needle('base64 of BCD', core)),
  ]
  return [
    needle('text', text),
    needle('UTF-16', Buffer.from(digits, 'utf16le')),
    needle('groups', Buffer.from(grouped(digits, ' '))),
    needle('dashes', Buffer.from(grouped(digits, '-'))),
    needle('hexadecimal of text', Buffer.from(text.toString('hex'))),
    ...base64Cores(text).map((core) => needle('base64 of text', core)),
    ...packed.filter(({ bytes }) => isTelling(bytes)),
  ]
}

/**
 * 4000 0000 0000 0002 is packed a row of zeros, 4242 4242 4242 4242 is "BBBBBBBB": any binary file has them. Packed they
 * are not looked for; other numbers, which took the same way, are.
 */
function isTelling(bytes: Buffer): boolean {
  return new Set(bytes).size >= DISTINCT_BYTES_MIN
}

/** What is the same in the base64 of these bytes whatever stands before and behind them; in both alphabets. */
function base64Cores(bytes: Buffer): Buffer[] {
  const cores = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const bits = (shift + bytes.length) * 8
    return text.slice(Math.ceil((shift * 8) / 6), Math.floor(bits / 6))
  })
  const both = cores.flatMap((core) => [core, core.replaceAll('+', '-').replaceAll('/', '_')])
  return [...new Set(both)].map((core) => Buffer.from(core))
}

function wholeBytes(digits: string): Buffer {
  return Buffer.from(digits.slice(0, digits.length - (digits.length % 2)), 'hex')
}

function grouped(digits: string, separator: string): string {
  return digits.match(/\d{1,4}/g)?.join(separator) ?? digits
}

function index(needles: readonly Needle[]): (readonly Needle[] | undefined)[] {
  const table: Needle[][] = []
  for (const needle of needles) {
    const key = needle.bytes.readUInt16BE(0)
    const row = (table[key] ??= [])
    row.push(needle)
  }
  return table
}

function startsWithAt(bytes: Uint8Array, offset: number, wanted: Uint8Array): boolean {
  if (offset + wanted.length > bytes.length) return false
  for (let i = 2; i < wanted.length; i += 1) if (bytes[offset + i] !== wanted[i]) return false
  return true
}
