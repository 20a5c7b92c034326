import { cardBrands, type Currency, entryModes, must, offlineKinds } from '@holdfast/core'
import { kindTerms } from '@holdfast/protocol'
import type { Pool } from 'pg'
import * as z from 'zod'
import type { DeviceRow } from '../store/gateway-store.ts'
import { defaultOfflineTerms, LEASE_VALID_FOR_MS } from './default-offline-terms.ts'
import type { LeaseTerms } from './make-lease.ts'

const offlineTerms = z.strictObject({
  allowed: z.boolean(),
  kinds: z.partialRecord(z.enum(offlineKinds), kindTerms),
  brandsRefused: z.array(z.enum(cardBrands)),
  entryModes: z.array(z.enum(entryModes)),
}) satisfies z.ZodType<LeaseTerms['offline']>

/** What the merchant has decided for a device: its own settings, else the account's, else the default. */
export async function loadLeaseTerms(pool: Pool, device: DeviceRow, nowMs: number): Promise<LeaseTerms> {
  const { rows } = await pool.query<TermsColumns>(LEASE_TERMS, [device.account, device.deviceId])
  const row = must(rows[0], 'a device has an account and a location')
  const decided = row.device_terms ?? row.account_terms
  return {
    accountName: row.account_name,
    locationName: row.location_name,
    validForMs: LEASE_VALID_FOR_MS,
    currencies: row.currencies,
    offline: decided === null ? defaultOfflineTerms : offlineTerms.parse(decided),
    // The device is in contact now, and with it the reader that it was enrolled with.
    readers: row.readers.map((reader) => ({ ...reader, lastOnlineMs: nowMs })),
  }
}

interface TermsColumns {
  readonly account_name: string
  readonly location_name: string
  readonly currencies: readonly Currency[]
  readonly account_terms: unknown
  readonly device_terms: unknown
  readonly readers: readonly { reader: string; model: string; offlineCapable: boolean }[]
}

const LEASE_TERMS = `
  select a.name as account_name, l.name as location_name, a.currencies,
    a.offline_terms as account_terms, d.offline_terms as device_terms,
    coalesce((
      select json_agg(json_build_object('reader', r.reader, 'model', r.model, 'offlineCapable', r.offline_capable)
        order by r.reader)
      from readers r where r.account = d.account and r.device = d.device), '[]') as readers
  from devices d
  join accounts a using (account)
  join locations l using (account, location)
  where d.account = $1 and d.device = $2`
