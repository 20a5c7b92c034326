import {
  type CardAnswer,
  type CardRequest,
  readAnswer,
  readRequest,
  type ReceivedCardRequest,
  writeAnswer,
  writeRequest,
} from './card-request.ts'
import type { Iso8583Message, Parsed } from './message.ts'
import type { WireProfile } from './profile.ts'

/** 0100, or 0101 when it is asked again: may this sale be made? Nothing moves before it is captured. */
export type AuthorisationRequest = CardRequest
export type ReceivedAuthorisationRequest = ReceivedCardRequest
export type AuthorisationAnswer = CardAnswer

export function buildAuthorisationRequest(
  profile: WireProfile,
  request: AuthorisationRequest,
): Iso8583Message {
  return { mti: request.repeat ? '0101' : '0100', fields: writeRequest(profile, request) }
}

export function parseAuthorisationRequest(
  profile: WireProfile,
  { mti, fields }: Iso8583Message,
): Parsed<ReceivedAuthorisationRequest> {
  if (mti !== '0100' && mti !== '0101') return { ok: false, code: 'wrong_message' }
  return readRequest(profile, fields, mti === '0101')
}

/** 0110, for 0100 and 0101 alike. */
export function buildAuthorisationAnswer(answer: AuthorisationAnswer): Iso8583Message {
  return { mti: '0110', fields: writeAnswer(answer) }
}

export function parseAuthorisationAnswer({ mti, fields }: Iso8583Message): Parsed<AuthorisationAnswer> {
  return mti === '0110' ? readAnswer(fields) : { ok: false, code: 'wrong_message' }
}
