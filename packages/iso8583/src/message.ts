/** Data elements that carry text: digits or printable characters, without their wire padding. */
export type TextFieldNumber =
  | 2
  | 3
  | 4
  | 7
  | 11
  | 12
  | 13
  | 14
  | 15
  | 18
  | 22
  | 23
  | 25
  | 32
  | 35
  | 37
  | 38
  | 39
  | 41
  | 42
  | 43
  | 48
  | 49
  | 53
  | 54
  | 60
  | 61
  | 62
  | 63
  | 66
  | 70
  | 74
  | 75
  | 76
  | 77
  | 81
  | 86
  | 87
  | 88
  | 89
  | 90
  | 95
  | 97
  | 102

/** Data elements that carry bytes as they are: PIN block, EMV data, and the message's MAC. */
export type BinaryFieldNumber = 52 | 55 | 64 | 128

export type FieldNumber = TextFieldNumber | BinaryFieldNumber

export type Fields = { readonly [Key in TextFieldNumber]?: string } & {
  readonly [Key in BinaryFieldNumber]?: Uint8Array
}

/**
 * One ISO 8583:1987 message, independent of how a profile writes it.
 * The bitmap is not a field here: it follows from the keys of `fields`.
 */
export type Iso8583Message = { readonly mti: string; readonly fields: Fields }

export type Refused<Code extends string> = {
  readonly ok: false
  readonly code: Code
  readonly field?: number
}

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | Refused<'wrong_message' | 'missing_field' | 'bad_field'>

/** Narrows a field map to one in which all of `numbers` are present. */
export function hasFields<Wanted extends FieldNumber>(
  fields: Fields,
  numbers: readonly Wanted[],
): fields is Fields & Required<Pick<Fields, Wanted>> {
  return numbers.every((number) => fields[number] !== undefined)
}

export function missingField(fields: Fields, numbers: readonly FieldNumber[]): Refused<'missing_field'> {
  const field = numbers.find((number) => fields[number] === undefined)
  return { ok: false, code: 'missing_field', ...(field === undefined ? {} : { field }) }
}

/** The MTI that answers a request or advice; undefined for what is itself an answer. 0101 is answered by 0110. */
export function answerMti(mti: string): string | undefined {
  const messageFunction = Number(mti.charAt(2))
  if (mti.length !== 4 || Number.isNaN(messageFunction) || messageFunction % 2 !== 0) return undefined
  return `${mti.slice(0, 2)}${messageFunction + 1}0`
}

/** The same message as a repeat (0100 → 0101, 0220 → 0221, 0400 → 0401): nothing but the MTI may differ from the original. */
export function repeatOf(message: Iso8583Message): Iso8583Message {
  return { mti: `${message.mti.slice(0, 3)}1`, fields: message.fields }
}
