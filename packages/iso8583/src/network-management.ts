import { hasFields, type Iso8583Message, missingField, type Parsed } from './message.ts'
import { transmissionTime } from './transmission-time.ts'

/** DE70. A key change is asked by the terminal side; the answer brings the next MAC key, wrapped. */
export const NETWORK_CODES = { signOn: '001', signOff: '002', keyChange: '101', echo: '301' } as const
export type NetworkCode = (typeof NETWORK_CODES)[keyof typeof NETWORK_CODES]

export type NetworkRequest = {
  readonly code: NetworkCode
  readonly stan: string
  readonly transmittedAtMs: number
}

export type ReceivedNetworkRequest = {
  readonly code: NetworkCode
  readonly stan: string
  readonly transmissionTime: string
}

export type NetworkAnswer = ReceivedNetworkRequest & {
  readonly responseCode: string
  /** DE48 of a key change: the new key under the key-encrypting key, as both sides have agreed to write it. */
  readonly wrappedKey?: string
}

const REQUEST_FIELDS = [7, 11, 70] as const
const ANSWER_FIELDS = [7, 11, 39, 70] as const

export function buildNetworkRequest(request: NetworkRequest): Iso8583Message {
  return {
    mti: '0800',
    fields: { 7: transmissionTime(request.transmittedAtMs), 11: request.stan, 70: request.code },
  }
}

export function parseNetworkRequest(message: Iso8583Message): Parsed<ReceivedNetworkRequest> {
  const { mti, fields } = message
  if (mti !== '0800') return { ok: false, code: 'wrong_message' }
  if (!hasFields(fields, REQUEST_FIELDS)) return missingField(fields, REQUEST_FIELDS)
  const code = networkCode(fields[70])
  if (code === undefined) return { ok: false, code: 'bad_field', field: 70 }
  return { ok: true, value: { code, stan: fields[11], transmissionTime: fields[7] } }
}

export function buildNetworkAnswer(answer: NetworkAnswer): Iso8583Message {
  const { wrappedKey } = answer
  return {
    mti: '0810',
    fields: {
      7: answer.transmissionTime,
      11: answer.stan,
      39: answer.responseCode,
      ...(wrappedKey === undefined ? {} : { 48: wrappedKey }),
      70: answer.code,
    },
  }
}

export function parseNetworkAnswer(message: Iso8583Message): Parsed<NetworkAnswer> {
  const { mti, fields } = message
  if (mti !== '0810') return { ok: false, code: 'wrong_message' }
  if (!hasFields(fields, ANSWER_FIELDS)) return missingField(fields, ANSWER_FIELDS)
  const code = networkCode(fields[70])
  if (code === undefined) return { ok: false, code: 'bad_field', field: 70 }
  return {
    ok: true,
    value: {
      code,
      stan: fields[11],
      transmissionTime: fields[7],
      responseCode: fields[39],
      ...(fields[48] === undefined ? {} : { wrappedKey: fields[48] }),
    },
  }
}

function networkCode(text: string): NetworkCode | undefined {
  return Object.values(NETWORK_CODES).find((code) => code === text)
}
