import { fromBase64Url, must, newId, toBase64Url } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import {
  type EnrolmentAnswer,
  type EnrolmentRequest,
  enrolmentRequest,
  errorAnswer,
  type Mode,
} from '@holdfast/protocol'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { DeviceRow } from '../store/gateway-store.ts'
import type { DeviceAnswer } from './device-api.ts'
import { deviceCodeHmac } from './device-code.ts'
import { type LeaseTerms, renewLease } from './make-lease.ts'
import { createTryLimiter } from './try-limiter.ts'

const WRONG_TRIES = { triesMax: 10, windowMs: 60_000 }

export interface EnrolmentDeps {
  readonly world: GatewayWorld
  readonly pool: Pool
  readonly codeKey: Uint8Array
  readonly leaseTerms: (device: DeviceRow) => Promise<LeaseTerms>
}

/** `retryAfterMs` is set when the caller has guessed too often. */
export type Enrolled = DeviceAnswer & { readonly retryAfterMs?: number }

/**
 * `POST /device/v1/enrolments`: a code and a public key become a device. Single use; the same code with the same key
 * gives the same answer again, for the first one may have been lost. `caller` is who may guess how often.
 */
export function createEnrolment(deps: EnrolmentDeps): (body: string, caller: string) => Promise<Enrolled> {
  const { world, pool, codeKey, leaseTerms } = deps
  const limiter = createTryLimiter(world.clock, WRONG_TRIES)

  return async (body, caller) => {
    const parsed = enrolmentRequest.safeParse(parseJson(body))
    if (!parsed.success) {
      return errorAnswer('request_malformed', { param: parsed.error.issues[0]?.path.join('.') ?? '' })
    }
    const rawKey = fromBase64Url(parsed.data.publicKey)
    if (rawKey === null) return errorAnswer('request_malformed', { param: 'publicKey' })
    const retryAfterMs = limiter.waitMs(caller)
    if (retryAfterMs > 0) return { ...errorAnswer('rate_limited'), retryAfterMs }
    const codeHmac = await deviceCodeHmac(world.crypto, codeKey, parsed.data.code)
    const keyId = await keyIdOf(world, rawKey)
    const made = await transaction(pool, (tx) => redeem(tx, world, { codeHmac, keyId, request: parsed.data }))
    if (made === null) {
      limiter.failed(caller)
      return errorAnswer('enrolment_code_invalid', { param: 'code' })
    }
    const device = must(await world.store.device(made.device), 'the device was committed')
    if (device.status === 'revoked') return errorAnswer('device_unknown')
    const lease = await renewLease(world, device, await leaseTerms(device))
    return { status: 200, body: { ...made, lease } satisfies EnrolmentAnswer }
  }
}

interface Redemption {
  readonly codeHmac: string
  readonly keyId: string
  readonly request: EnrolmentRequest
}

type Made = Pick<EnrolmentAnswer, 'device' | 'reader'>

/** Null when the code is wrong, over, or was used with another key. */
async function redeem(tx: Tx, world: GatewayWorld, redemption: Redemption): Promise<Made | null> {
  const { codeHmac, request } = redemption
  const codes = await tx.query<CodeColumns>(
    `select account, mode, location, expires_ms::float8 as expires_ms, used_device
     from device_codes where code_hmac = $1 for update`,
    [codeHmac],
  )
  const code = codes.rows[0]
  if (code === undefined) return null
  if (code.used_device !== null) {
    const again = await tx.query<Made>(
      `select device, reader from device_keys join readers using (account, device)
       where account = $1 and device = $2 and public_key = $3`,
      [code.account, code.used_device, request.publicKey],
    )
    return again.rows[0] ?? null
  }
  if (code.expires_ms <= world.clock.wallMs()) return null
  return createDevice(tx, world, code, redemption)
}

interface CodeColumns {
  readonly account: string
  readonly mode: Mode
  readonly location: string
  readonly expires_ms: number
  readonly used_device: string | null
}

async function createDevice(
  tx: Tx,
  world: GatewayWorld,
  { account, mode, location }: CodeColumns,
  { codeHmac, keyId, request }: Redemption,
): Promise<Made> {
  const nowMs = world.clock.wallMs()
  const source = { wallMs: () => nowMs, randomBytes: (length: number) => world.crypto.randomBytes(length) }
  const [device, reader] = [newId('dev', source), newId('rdr', source)]
  for (let placed = false; !placed;) {
    const { rowCount } = await tx.query(
      `insert into devices (account, device, mode, location, name, terminal_id, created_ms, synced_generation)
       select $1, $2, $3, $4, $5, $6, $7, generation from settings on conflict (account, terminal_id) do nothing`,
      [account, device, mode, location, storable(request.name), newTerminalId(world), nowMs],
    )
    placed = rowCount === 1
  }
  await tx.query(
    'insert into device_keys (account, device, key_id, public_key, created_ms) values ($1, $2, $3, $4, $5)',
    [account, device, keyId, request.publicKey, nowMs],
  )
  const { model, serialNumber, offlineCapable } = request.reader
  await tx.query(
    `insert into readers (account, reader, device, model, serial_number, offline_capable, created_ms)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [account, reader, device, storable(model), storable(serialNumber), offlineCapable, nowMs],
  )
  await tx.query('update device_codes set used_device = $3 where account = $1 and code_hmac = $2', [
    account,
    codeHmac,
    device,
  ])
  const enrolled = {
    account,
    mode,
    type: 'device.enrolled',
    object: 'device',
    id: device,
    atMs: nowMs,
  } as const
  await recordEvent(tx, enrolled, world.crypto)
  return { device, reader }
}

/** DE41: eight letters and digits that nobody has to type. */
function newTerminalId(world: GatewayWorld): string {
  const digits = [...world.crypto.randomBytes(6)].map((byte) => (byte & 31).toString(32))
  return `HF${digits.join('').toUpperCase()}`
}

/** As every key's id: base64url of the first 12 bytes of SHA-256 of the public key. */
async function keyIdOf(world: GatewayWorld, rawKey: Uint8Array): Promise<string> {
  return toBase64Url((await world.crypto.sha256(rawKey)).subarray(0, 12))
}

/** PostgreSQL's text holds no NUL. */
function storable(text: string): string {
  return text.replaceAll('\0', '')
}
