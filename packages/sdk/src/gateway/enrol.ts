import { type Crypto, type SigningKey, toBase64Url } from '@holdfast/core'
import { openStatement, parseJson } from '@holdfast/envelope'
import {
  type EnrolmentAnswer,
  enrolmentAnswer,
  type EnrolmentRequest,
  type ErrorCode,
  isErrorCode,
  type Lease,
  lease,
  type ReaderInfo,
} from '@holdfast/protocol'
import * as z from 'zod'
import { ENROLMENT_TIMEOUT_MS } from '../limits.ts'
import type { Network } from '../network.ts'
import { jsonHeaders } from './device-request.ts'

export type Enrolled =
  | { readonly ok: true; readonly answer: EnrolmentAnswer; readonly lease: Lease }
  | { readonly ok: false; readonly code: ErrorCode }

/**
 * Turns a code into a device. The same key and code again answer the same device, so a lost answer costs nothing but
 * another try. The gateway's keys are trusted on this first use, over the connection's TLS; every later lease must be
 * signed by a key of the one before.
 */
export async function enrol(
  deps: { readonly crypto: Crypto; readonly key: SigningKey; readonly network: Network },
  input: { readonly code: string; readonly name: string; readonly reader: ReaderInfo },
): Promise<Enrolled> {
  const { model, serialNumber, offlineCapable } = input.reader
  const request: EnrolmentRequest = {
    code: input.code,
    publicKey: toBase64Url(deps.key.publicKey),
    reader: { model, serialNumber, offlineCapable },
    name: input.name,
  }
  const body = JSON.stringify(request)
  const answer = await deps.network.request({
    method: 'POST',
    path: '/device/v1/enrolments',
    headers: jsonHeaders(body),
    body,
    timeoutMs: ENROLMENT_TIMEOUT_MS,
  })
  if (!answer.reached) return { ok: false, code: 'service_unavailable' }
  const json = parseJson(answer.body)
  const parsed = enrolmentAnswer.safeParse(json)
  if (answer.status !== 200 || !parsed.success) return { ok: false, code: errorCodeOf(json) }
  const first = await openFirstLease(deps.crypto, parsed.data)
  return first === null
    ? { ok: false, code: 'service_unavailable' }
    : { ok: true, answer: parsed.data, lease: first }
}

async function openFirstLease(crypto: Crypto, answer: EnrolmentAnswer): Promise<Lease | null> {
  const claimed = lease.safeParse(parseJson(answer.lease.payload))
  if (!claimed.success || claimed.data.device !== answer.device) return null
  return openStatement(crypto, claimed.data.gatewayKeys, 'lease', lease, answer.lease)
}

const errorBody = z.object({ error: z.object({ code: z.string() }) })

function errorCodeOf(json: unknown): ErrorCode {
  const parsed = errorBody.safeParse(json)
  return parsed.success && isErrorCode(parsed.data.error.code)
    ? parsed.data.error.code
    : 'service_unavailable'
}
