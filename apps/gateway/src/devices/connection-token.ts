import { type Crypto, must } from '@holdfast/core'
import { utf8 } from '@holdfast/envelope'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { deviceCodeHmac, newDeviceCode } from './device-code.ts'

const VALID_FOR_MS = 3_600_000

export interface CodeWorld {
  readonly crypto: Crypto
  readonly codeKey: Uint8Array
}

/**
 * The device code of a connection token. It follows from the token's id and a key outside the database, so that a lost
 * answer can be given again although only a keyed hash of the code is kept.
 */
export async function connectionCode({ crypto, codeKey }: CodeWorld, tokenId: string): Promise<string> {
  let stream: number[] = []
  for (let block = 0; block < BLOCKS; block += 1) {
    stream = [...stream, ...(await crypto.hmacSha256(codeKey, utf8(`connection-token/${tokenId}/${block}`)))]
  }
  return newDeviceCode(() => Uint8Array.of(must(stream.shift(), 'four blocks are more than a code needs')))
}

/** 128 bytes, of which all but one in thirty make a character of the eight. */
const BLOCKS = 4

/** Makes the code good for one device at the location, or at the account's first. False when there is none such. */
export async function mintConnectionToken(
  tx: Tx,
  world: CodeWorld,
  { account, mode }: Scope,
  token: { readonly id: string; readonly location: string | null; readonly nowMs: number },
): Promise<boolean> {
  const hmac = await deviceCodeHmac(world.crypto, world.codeKey, await connectionCode(world, token.id))
  const { rowCount } = await tx.query(
    `insert into device_codes (account, code_hmac, mode, location, created_ms, expires_ms)
     select account, $2, $3, location, $5, $6 from locations
     where account = $1 and ($4::text is null or location = $4)
       and (mode is null or mode = $3) and deleted_ms is null
     order by created_ms, location limit 1`,
    [account, hmac, mode, token.location, token.nowMs, token.nowMs + VALID_FOR_MS],
  )
  return rowCount === 1
}

/** Where the device of this token will stand. */
export async function locationOfToken(
  db: Tx,
  world: CodeWorld,
  account: string,
  tokenId: string,
): Promise<string | null> {
  const hmac = await deviceCodeHmac(world.crypto, world.codeKey, await connectionCode(world, tokenId))
  const { rows } = await db.query<{ location: string }>(
    'select location from device_codes where account = $1 and code_hmac = $2',
    [account, hmac],
  )
  return rows[0]?.location ?? null
}
