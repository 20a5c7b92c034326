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
import { isRefund } from './processing-code.ts'
import type { WireProfile } from './profile.ts'

/** 0200, or 0201 when it is asked again: a sale that the host captures by approving it. */
export type FinancialRequest = CardRequest
export type ReceivedFinancialRequest = ReceivedCardRequest
export type FinancialAnswer = CardAnswer

export function buildFinancialRequest(profile: WireProfile, request: FinancialRequest): Iso8583Message {
  return { mti: request.repeat ? '0201' : '0200', fields: writeRequest(profile, request) }
}

export function parseFinancialRequest(
  profile: WireProfile,
  { mti, fields }: Iso8583Message,
): Parsed<ReceivedFinancialRequest> {
  if ((mti !== '0200' && mti !== '0201') || isRefund(fields)) return { ok: false, code: 'wrong_message' }
  return readRequest(profile, fields, mti === '0201')
}

/** 0210, for 0200 and 0201 alike. */
export function buildFinancialAnswer(answer: FinancialAnswer): Iso8583Message {
  return { mti: '0210', fields: writeAnswer(answer) }
}

export function parseFinancialAnswer({ mti, fields }: Iso8583Message): Parsed<FinancialAnswer> {
  return mti === '0210' ? readAnswer(fields) : { ok: false, code: 'wrong_message' }
}
