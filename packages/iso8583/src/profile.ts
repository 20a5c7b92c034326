import type { BinaryFieldNumber, TextFieldNumber } from './message.ts'

/** `n` digits, `z` track 2 (digits and one separator), `an` letters, digits and blanks, `ans` printable ASCII. */
export type TextContent = 'n' | 'z' | 'an' | 'ans'

/** Lengths count characters of text, or bytes of binary. A variable field is never empty. */
type FieldLength =
  | { readonly kind: 'fixed'; readonly length: number }
  | { readonly kind: 'variable'; readonly prefixDigits: 2 | 3; readonly lengthMax: number }

export type TextFormat = { readonly name: string; readonly content: TextContent } & FieldLength
type BinaryFormat = { readonly name: string; readonly content: 'b' } & FieldLength
export type FieldFormat = TextFormat | BinaryFormat

/** How messages are cut out of a byte stream: a big-endian byte count that does not count itself. */
export type Framing = { readonly prefixBytes: 2 | 4; readonly messageBytesMax: number }

/** Networks differ in place and value (a reason code, a subfield, a word); none has a standard field for it. */
export type PrivateMark = { readonly field: PrivateFieldNumber; readonly value: string }
export type PrivateFieldNumber = 48 | 60 | 61 | 62 | 63

/**
 * How one acquirer writes ISO 8583 on the wire. Everything on which two hosts differ is a value here, so
 * another acquirer is another value and no code.
 *
 * With `digits: 'bcd'`, fixed numerics of odd length are padded by a zero nibble on the left, variable ones
 * by a zero nibble on the right, and their prefix counts digits.
 */
export type WireProfile = {
  readonly name: string
  readonly digits: 'bcd' | 'ascii'
  readonly lengths: 'bcd' | 'ascii'
  readonly bitmap: 'binary' | 'hex'
  readonly binary: 'raw' | 'hex'
  /** What stands between PAN and expiry in DE35 on the wire; in a message it is always `=`. */
  readonly trackSeparator: 'D' | '='
  readonly framing: Framing
  /** The private mark by which this acquirer knows a sale that was stored before it was sent. */
  readonly deferredMark: PrivateMark
  /** By which it knows that more is asked for on what it holds; absent where it takes no such question. */
  readonly incrementMark?: PrivateMark
  /** Whether each message ends with a MAC, DE64 or, with a second bitmap, DE128. */
  readonly mac: 'none' | 'required'
  readonly fields: { readonly [Key in TextFieldNumber]?: TextFormat } & {
    readonly [Key in BinaryFieldNumber]?: BinaryFormat
  }
}
