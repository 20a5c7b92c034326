import { encode, EncodeError } from './codec.ts'
import type { Iso8583Message } from './message.ts'
import type { WireProfile } from './profile.ts'

/** Eight bytes over the bytes of a message before its MAC: retail MAC, CMAC, as the two sides have agreed. */
export type MacFunction = (bytes: Uint8Array) => Uint8Array

export type MacCheck = 'right' | 'wrong' | 'missing'

const MAC_BYTES = 8

/**
 * The bytes of a message with its MAC: the last of its last bitmap, DE64 or DE128. The MAC covers everything in front
 * of it, so also the bitmap that announces it.
 * @throws EncodeError as `encode` does, and for a message that brings a MAC of its own.
 */
export function encodeWithMac(profile: WireProfile, message: Iso8583Message, mac: MacFunction): Uint8Array {
  const field = macField(message)
  if (message.fields[64] !== undefined || message.fields[128] !== undefined) {
    throw new EncodeError('bad_type', field)
  }
  const room = new Uint8Array(MAC_BYTES)
  const bytes = encode(profile, { mti: message.mti, fields: { ...message.fields, [field]: room } })
  const covered = coveredBytes(profile, bytes)
  const sealed = encode(profile, { mti: message.mti, fields: { ...message.fields, [field]: mac(covered) } })
  return sealed
}

/** `bytes` are those that `message` was decoded from. A MAC in the place of the other bitmap is a missing one. */
export function checkMac(
  profile: WireProfile,
  message: Iso8583Message,
  bytes: Uint8Array,
  mac: MacFunction,
): MacCheck {
  const { 64: first, 128: second, ...rest } = message.fields
  const extended = second !== undefined || Object.keys(rest).some((number) => Number(number) > 64)
  const found = extended ? second : first
  if (found === undefined || (extended && first !== undefined)) return 'missing'
  return sameBytes(found, mac(coveredBytes(profile, bytes))) ? 'right' : 'wrong'
}

function macField({ fields }: Iso8583Message): 64 | 128 {
  return Object.keys(fields).some((number) => Number(number) > 64) ? 128 : 64
}

function coveredBytes(profile: WireProfile, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length - (profile.binary === 'hex' ? 2 * MAC_BYTES : MAC_BYTES))
}

/** In a time that does not tell how many bytes were right. */
function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (const [index, byte] of left.entries()) difference |= byte ^ (right[index] ?? 0)
  return difference === 0
}
