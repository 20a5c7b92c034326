import type { Exposure } from '@holdfast/protocol/account'
import type { Currency } from '@holdfast/core'
import type { Pool } from 'pg'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

interface Row {
  readonly location: string | null
  readonly location_name: string | null
  readonly device: string | null
  readonly device_name: string | null
  readonly currency: Currency
  readonly minor: number
  readonly count: number
}

/** One statement, so that devices add up to their location and locations to the account. */
export async function readExposure(pool: Pool, { account, mode }: Scope, nowMs: number): Promise<Exposure> {
  const { rows } = await pool.query<Row>({ text: EXPOSURE, values: [account, mode], types: numericTypes })
  const total: Exposure['total'] = []
  const locations = new Map<string, Exposure['locations'][number]>()
  const devices = new Map<string, Exposure['devices'][number]>()
  for (const { location, location_name, device, device_name, currency, minor, count } of rows) {
    const sum = { currency, amountMinor: minor, count }
    if (location === null) total.push(sum)
    else if (device === null) {
      const known = locations.get(location) ?? { location, name: location_name ?? '', atRisk: [] }
      locations.set(location, { ...known, atRisk: [...known.atRisk, sum] })
    } else {
      const known = devices.get(device) ?? { device, name: device_name ?? '', location, atRisk: [] }
      devices.set(device, { ...known, atRisk: [...known.atRisk, sum] })
    }
  }
  return { asOfMs: nowMs, total, locations: [...locations.values()], devices: [...devices.values()] }
}

const EXPOSURE = `
  select s.location, l.name as location_name, s.device, d.name as device_name, s.currency, s.minor, s.count
  from (
    select location, device, currency, sum(amount_minor)::bigint as minor, count(*) as count
    from payments
    where account = $1 and mode = $2 and word = 'accepted' and status = 'processing'
    group by grouping sets ((currency), (location, currency), (location, device, currency))
  ) s
  left join locations l on l.account = $1 and l.location = s.location
  left join devices d on d.account = $1 and d.device = s.device
  order by s.location nulls first, s.device nulls first, s.currency`
