import type { ErrorEntry } from './errors/error-entry.ts'
import { accountErrors } from './errors/account-errors.ts'
import { moneyErrors } from './errors/money-errors.ts'
import { offlinePolicyErrors } from './errors/offline-policy-errors.ts'
import { recordErrors } from './errors/record-errors.ts'
import { requestErrors } from './errors/request-errors.ts'
import { saleErrors } from './errors/sale-errors.ts'

/**
 * Every code that anybody outside may see, once. `status` is the HTTP status where the code is an answer; `retryable`
 * says whether the same bytes sent again could end differently. `docs/reference/errors.md` has one line for each, held
 * to this table by a test. A decline is data or a 4xx, never a 5xx.
 */
export const errorTable = {
  ...offlinePolicyErrors,
  ...saleErrors,
  ...recordErrors,
  ...requestErrors,
  ...accountErrors,
  ...moneyErrors,
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text)
}

/** An expected refusal as it crosses a wire. `param` names the field. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode
    readonly message: string
    readonly retryable: boolean
    readonly param?: string
    readonly doc_url: string
  }
}

/** The one mapper from a code to an answer. */
export function errorAnswer(
  code: ErrorCode,
  detail?: { param?: string; message?: string },
): { status: number; body: ErrorBody } {
  const { status, retryable, message } = errorTable[code]
  const param = detail?.param === undefined ? {} : { param: detail.param }
  const error = {
    code,
    message: detail?.message ?? message,
    retryable,
    ...param,
    doc_url: `/docs/errors#${code}`,
  }
  return { status, body: { error } }
}
