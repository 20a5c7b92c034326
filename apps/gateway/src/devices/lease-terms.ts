import { type Currency, must } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { lease as leaseSchema, offlineTerms, TIPS_OFFERED_MAX, tipSuggestions } from '@holdfast/protocol'
import type { Pool } from 'pg'
import type { DeviceRow } from '../store/gateway-store.ts'
import type { TerminalConfiguration } from '../terminal-configurations/configuration-store.ts'
import { customerVerification } from './customer-verification.ts'
import { defaultOfflineTerms, LEASE_VALID_FOR_MS } from './default-offline-terms.ts'
import { grantShare } from './grant-share.ts'
import type { LeaseTerms } from './make-lease.ts'

/** What the merchant has decided for a device: its own settings, else the account's, else the default. */
export async function loadLeaseTerms(
  pool: Pool,
  device: DeviceRow,
  nowMs: number,
  heldNumber: number | null = null,
): Promise<LeaseTerms> {
  const { account, deviceId, location } = device
  const { rows } = await pool.query<TermsColumns>(LEASE_TERMS, [account, deviceId])
  const row = must(rows[0], 'a device has an account and a location')
  const usual = { ...defaultOfflineTerms, cvms: customerVerification(row.country) }
  // A merchant names what differs; the rest is the default's, also what a later version adds.
  const wanted = offlineTerms.parse({ ...usual, ...(row.device_terms ?? row.account_terms) })
  const deviceTotals = await grantShare(pool, {
    account,
    device: deviceId,
    location,
    wanted: wanted.deviceTotals,
    nextNumber: numberOf(device) + 1,
    heldNumber,
    nowMs,
    validForMs: LEASE_VALID_FOR_MS,
  })
  return {
    accountName: row.account_name,
    locationName: row.location_name,
    validForMs: LEASE_VALID_FOR_MS,
    currencies: row.currencies,
    tipping: tippingOf(row.tipping),
    offered: device.offered ?? null,
    liability: row.liability,
    // TM1: what is configured can only take away; without somebody who bears the risk nothing is allowed anyway.
    offline: { ...wanted, allowed: wanted.allowed && row.offline_enabled, deviceTotals },
    // The device is in contact now, and with it the reader that it was enrolled with.
    readers: row.readers.map((reader) => ({ ...reader, lastOnlineMs: nowMs })),
  }
}

/** As tills read it. More than a screen can offer is left out. */
function tippingOf(tipping: TerminalConfiguration['tipping']): LeaseTerms['tipping'] {
  if (tipping === null) return null
  const offered = Object.entries(tipping).map(([currency, suggestions]) => [
    currency,
    {
      percentages: (suggestions.percentages ?? []).slice(0, TIPS_OFFERED_MAX),
      fixedMinor: (suggestions.fixed_amounts ?? []).slice(0, TIPS_OFFERED_MAX),
      fixedBelowMinor: suggestions.smart_tip_threshold ?? null,
    },
  ])
  return tipSuggestions.parse(Object.fromEntries(offered))
}

function numberOf({ lease }: DeviceRow): number {
  return lease === null ? 0 : leaseSchema.parse(parseJson(lease.payload)).number
}

interface TermsColumns {
  readonly account_name: string
  readonly location_name: string
  readonly currencies: readonly Currency[]
  readonly country: string | null
  readonly liability: LeaseTerms['liability']
  readonly account_terms: object | null
  readonly device_terms: object | null
  readonly offline_enabled: boolean
  readonly tipping: TerminalConfiguration['tipping']
  readonly readers: readonly { reader: string; model: string; offlineCapable: boolean }[]
}

const LEASE_TERMS = `
  select a.name as account_name, l.name as location_name, l.country, a.currencies,
    case when a.liability_by is not null then json_build_object('acceptedBy', a.liability_by,
      'acceptedMs', a.liability_ms, 'textVersion', a.liability_text) end as liability,
    a.offline_terms as account_terms, d.offline_terms as device_terms,
    coalesce(placed.offline_enabled, usual.offline_enabled, true) as offline_enabled,
    coalesce(placed.tipping, usual.tipping) as tipping,
    coalesce((
      select json_agg(json_build_object('reader', r.reader, 'model', r.model, 'offlineCapable', r.offline_capable)
        order by r.reader)
      from readers r where r.account = d.account and r.device = d.device and r.deleted_ms is null), '[]') as readers
  from devices d
  join accounts a using (account)
  join locations l using (account, location)
  left join terminal_configurations placed on placed.account = d.account
    and placed.configuration = l.configuration and placed.mode = d.mode and placed.deleted_ms is null
  left join terminal_configurations usual on usual.account = d.account and usual.mode = d.mode
    and usual.is_account_default
  where d.account = $1 and d.device = $2`
