import { parseJson } from '@holdfast/envelope'
import { type ErrorCode, isErrorCode } from '@holdfast/protocol'
import * as z from 'zod'

const errorBody = z.object({ error: z.object({ code: z.string() }) })

/** The code of an error answer; null for any other body, such as a captive portal's. */
export function errorCodeOf(body: string): ErrorCode | null {
  const parsed = errorBody.safeParse(parseJson(body))
  return parsed.success && isErrorCode(parsed.data.error.code) ? parsed.data.error.code : null
}
