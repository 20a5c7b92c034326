import type * as z from 'zod'

/** One request of the account API, as a noun's file writes it. */
interface AccountRequest<Schema extends z.ZodType> {
  readonly method: 'GET' | 'PUT' | 'POST'
  /** Below `/account/v1`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly answer: Schema
}

/** As the error table has it; a newer gateway may know more codes. */
interface AccountError {
  readonly code: string
  readonly message: string
  readonly retryable: boolean
  readonly param?: string | undefined
  readonly doc_url: string
}

export type AccountReply<Value> =
  | { readonly ok: true; readonly value: Value }
  /** The gateway's own refusal. */
  | { readonly ok: false; readonly status: number; readonly error: AccountError }
  /** Nobody answered, or somebody else did: a change may have been made. */
  | { readonly ok: false; readonly status: number | null; readonly error: null }

export type AccountAsk = <Schema extends z.ZodType>(
  request: AccountRequest<Schema>,
) => Promise<AccountReply<z.infer<Schema>>>
