import type { DeviceTotals } from '@holdfast/core'
import { offlineTerms } from '@holdfast/protocol'
import type { Pool } from 'pg'
import { transaction, type Tx } from '../database/transaction.ts'
import { isSameShare, largest, shareOfCap } from './share-of-cap.ts'

export interface ShareRequest {
  readonly account: string
  readonly device: string
  readonly location: string
  /** What the device may have where its location has no cap. */
  readonly wanted: DeviceTotals
  /** The number that its next lease will have. */
  readonly nextNumber: number
  /** The lease that the device says it goes by; null when it does not say. */
  readonly heldNumber: number | null
  readonly nowMs: number
  readonly validForMs: number
}

/** A lease is signed a moment after its share is granted, and lives that much longer. */
const SIGNING_SLACK_MS = 60_000
/** The row is written again only when it says something new or has grown this old. */
const RENEW_AFTER_MS = 60_000

/**
 * Grants a device its part of what the location may hold offline, and remembers it before any lease says so. The
 * location's row is locked while a share of its cap is worked out: two devices never take the same rest.
 */
export function grantShare(pool: Pool, request: ShareRequest): Promise<DeviceTotals> {
  return transaction(pool, async (tx) => {
    const { account, location, wanted, nowMs } = request
    const { rows } = await tx.query<{ offline_cap: unknown }>(
      'select offline_cap from locations where account = $1 and location = $2 for no key update',
      [account, location],
    )
    const cap = rows[0]?.offline_cap ?? null
    const grants = await readGrants(tx, request)
    const share =
      cap === null
        ? wanted
        : shareOfCap({
            cap: totals.parse(cap),
            wanted,
            devices: await countDevices(tx, request),
            others: grants
              .filter(({ device, untilMs }) => device !== request.device && untilMs > nowMs)
              .map(({ held, offered }) => largest(held, offered)),
          })
    const own = grants.find(({ device }) => device === request.device)
    await keep(tx, request, own, share)
    return share
  })
}

const totals = offlineTerms.shape.deviceTotals

interface Grant {
  readonly device: string
  readonly held: DeviceTotals
  readonly offered: DeviceTotals
  readonly offeredNumber: number
  readonly untilMs: number
}

async function readGrants(tx: Tx, { account, location, device }: ShareRequest): Promise<Grant[]> {
  const { rows } = await tx.query<GrantColumns>(
    `select device, held, offered, offered_number::float8 as offered_number, until_ms::float8 as until_ms
     from offline_grants where account = $1 and (location = $2 or device = $3)`,
    [account, location, device],
  )
  return rows.map((row) => ({
    device: row.device,
    held: totals.parse(row.held),
    offered: totals.parse(row.offered),
    offeredNumber: row.offered_number,
    untilMs: row.until_ms,
  }))
}

interface GrantColumns {
  readonly device: string
  readonly held: unknown
  readonly offered: unknown
  readonly offered_number: number
  readonly until_ms: number
}

async function countDevices(tx: Tx, { account, location }: ShareRequest): Promise<number> {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*)::int as count from devices where account = $1 and location = $2 and status = 'active'`,
    [account, location],
  )
  return Math.max(1, rows[0]?.count ?? 1)
}

async function keep(
  tx: Tx,
  request: ShareRequest,
  own: Grant | undefined,
  share: DeviceTotals,
): Promise<void> {
  const { account, device, location, nextNumber, heldNumber, nowMs, validForMs } = request
  const untilMs = nowMs + validForMs + SIGNING_SLACK_MS
  const confirmed = own !== undefined && heldNumber !== null && heldNumber >= own.offeredNumber
  const isNew = own === undefined || !isSameShare(own.offered, share)
  const settles = confirmed && !isSameShare(own.held, own.offered)
  if (!isNew && !settles && own.untilMs >= untilMs - RENEW_AFTER_MS) return
  const before = own === undefined || confirmed ? (own?.offered ?? share) : largest(own.held, own.offered)
  await tx.query(
    `insert into offline_grants (account, device, location, held, offered, offered_number, until_ms)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (account, device) do update set location = excluded.location, held = excluded.held,
       offered = excluded.offered, offered_number = excluded.offered_number, until_ms = excluded.until_ms`,
    [
      account,
      device,
      location,
      JSON.stringify(before),
      JSON.stringify(share),
      isNew ? nextNumber : own.offeredNumber,
      untilMs,
    ],
  )
}
