import type { Address } from '../customers/customer-store.ts'
import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import type { Metadata } from '../metadata/metadata.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** A place of sale. */
export interface Location {
  readonly id: string
  readonly name: string
  /** Null for one that the operator has made. */
  readonly address: Address | null
  /** ISO 3166-1, lower case; decides how customers must be verified offline. */
  readonly country: string | null
  readonly phone: string | null
  readonly metadata: Metadata
  /** Instead of the account's default. */
  readonly configuration: string | null
  readonly createdMs: number
  /** Null while it is there. */
  readonly deletedMs: number | null
}

/** Deleted ones included; ids that are not of this scope are left out. */
export async function findLocations(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
  { forUpdate = false }: { readonly forUpdate?: boolean } = {},
): Promise<Location[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<Location>({
    text: `select location as id, name, address, country, phone, metadata, configuration,
        created_ms as "createdMs", deleted_ms as "deletedMs"
      from locations where account = $1 and (mode is null or mode = $2) and location = any ($3)
      ${forUpdate ? 'for update' : ''}`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

/** A new one of this mode, or the changed one in its place. */
export async function saveLocation(tx: Tx, { account, mode }: Scope, location: Location): Promise<void> {
  await tx.query(
    `insert into locations (account, location, mode, name, address, country, phone, metadata, configuration, created_ms,
       deleted_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (account, location) do update set name = excluded.name, address = excluded.address,
       country = excluded.country, phone = excluded.phone, metadata = excluded.metadata,
       configuration = excluded.configuration, deleted_ms = excluded.deleted_ms`,
    [
      account,
      location.id,
      mode,
      location.name,
      location.address === null ? null : JSON.stringify(location.address),
      location.country,
      location.phone,
      JSON.stringify(location.metadata),
      location.configuration,
      location.createdMs,
      location.deletedMs,
    ],
  )
}

/** Whether a device in use stands there. */
export async function isLocationInUse(tx: Tx, account: string, location: string): Promise<boolean> {
  const { rows } = await tx.query(
    `select from devices where account = $1 and location = $2 and status = 'active' limit 1`,
    [account, location],
  )
  return rows.length > 0
}

export function locationsSource({ account, mode }: Scope): PageSource {
  return {
    items: `select location as id, created_ms as at_ms from locations
      where account = $1 and (mode is null or mode = $2) and deleted_ms is null`,
    values: [account, mode],
  }
}
