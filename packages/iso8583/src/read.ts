/** Why bytes are not a message. Precise on purpose: it is what an operator sees of a host that misbehaves. */
export type DecodeRefusal =
  | 'truncated'
  | 'trailing_bytes'
  | 'bad_mti'
  | 'bad_bitmap'
  | 'unknown_field'
  | 'bad_length'
  | 'bad_digit'
  | 'bad_padding'
  | 'bad_character'

export type NotRead = { readonly ok: false; readonly code: DecodeRefusal; readonly offset: number }

/** A value and the offset of the first byte after it. */
export type Read<Value> = { readonly ok: true; readonly value: Value; readonly next: number } | NotRead

export function refuse(code: DecodeRefusal, offset: number): NotRead {
  return { ok: false, code, offset }
}
