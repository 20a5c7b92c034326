import type { Clock, Crypto } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { deviceCodeHmac, newDeviceCode } from './device-code.ts'

const VALID_FOR_MS = 24 * 3_600_000

export interface DeviceCodeWorld {
  readonly pool: Pool
  readonly clock: Clock
  readonly crypto: Crypto
  readonly codeKey: Uint8Array
}

export interface MintedCode {
  readonly code: string
  readonly expiresAtMs: number
}

/** A code that makes one device of the account at the location. Null when there is no such location. */
export async function mintDeviceCode(
  { pool, clock, crypto, codeKey }: DeviceCodeWorld,
  place: { readonly account: string; readonly mode: Mode; readonly location: string | null },
): Promise<MintedCode | null> {
  const code = newDeviceCode((length) => crypto.randomBytes(length))
  const nowMs = clock.wallMs()
  const expiresAtMs = nowMs + VALID_FOR_MS
  const { rowCount } = await pool.query(
    `insert into device_codes (account, code_hmac, mode, location, created_ms, expires_ms)
     select account, $2, $3, location, $5, $6 from locations
     where account = $1 and ($4::text is null or location = $4)
       and (mode is null or mode = $3) and deleted_ms is null
     order by created_ms, location limit 1`,
    [
      place.account,
      await deviceCodeHmac(crypto, codeKey, code),
      place.mode,
      place.location,
      nowMs,
      expiresAtMs,
    ],
  )
  return rowCount === 1 ? { code, expiresAtMs } : null
}
