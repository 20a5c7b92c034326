import type { ErrorCode } from '@holdfast/protocol'
import type { ApiKey } from '../api-keys/api-keys.ts'
import type { ServerParts } from '../http/server-parts.ts'

/** Who asks, and with what. */
export interface AccountCaller {
  readonly key: ApiKey
  readonly keyPrefix: string
  readonly parts: ServerParts
}

export interface AccountRefusal {
  readonly ok: false
  readonly code: ErrorCode
  readonly param?: string
}
