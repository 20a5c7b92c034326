import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import { SEEN_WITHIN_MS } from '../devices/last-seen.ts'
import type { Metadata } from '../metadata/metadata.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** A card reader, at the place of the device that it was set up with. */
export interface Reader {
  readonly id: string
  readonly device: string
  readonly deviceName: string
  readonly location: string
  readonly label: string | null
  readonly model: string
  readonly serialNumber: string
  readonly offlineCapable: boolean
  readonly metadata: Metadata
  /** When its device was last in contact, to a minute; null for never. */
  readonly lastSeenMs: number | null
  readonly status: 'online' | 'offline'
  readonly createdMs: number
  /** Null while it is there. */
  readonly deletedMs: number | null
}

const LAST_SEEN = `left join lateral (
    select (l.payload::json ->> 'issuedAtMs')::bigint as ms from leases l
    where l.account = d.account and l.device = d.device
  ) seen on true`
const statusAt = (nowMs: string) => `case when d.status = 'active'
    and seen.ms > ${nowMs}::bigint - ${SEEN_WITHIN_MS} then 'online' else 'offline' end`

/** As they are at `nowMs`, deleted ones included; ids that are not of this scope are left out. */
export async function findReaders(
  db: Tx,
  { account, mode, nowMs }: Scope & { readonly nowMs: number },
  ids: readonly string[],
  { forUpdate = false }: { readonly forUpdate?: boolean } = {},
): Promise<Reader[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<Reader>({
    text: `select r.reader as id, r.device, d.name as "deviceName", d.location, r.label, r.model,
        r.serial_number as "serialNumber", r.offline_capable as "offlineCapable", r.metadata,
        seen.ms as "lastSeenMs", ${statusAt('$4')} as status, r.created_ms as "createdMs", r.deleted_ms as "deletedMs"
      from readers r join devices d using (account, device) ${LAST_SEEN}
      where r.account = $1 and d.mode = $2 and r.reader = any ($3) ${forUpdate ? 'for update of r' : ''}`,
    values: [account, mode, ids, nowMs],
    types: numericTypes,
  })
  return rows
}

/** Only what a merchant may say of it. */
export async function saveReader(tx: Tx, account: string, reader: Reader): Promise<void> {
  const { id, label, metadata, deletedMs } = reader
  await tx.query(
    'update readers set label = $3, metadata = $4, deleted_ms = $5 where account = $1 and reader = $2',
    [account, id, label, JSON.stringify(metadata), deletedMs],
  )
}

export interface ReaderFilters {
  readonly location: string | null
  readonly serialNumber: string | null
  readonly status: 'online' | 'offline' | null
}

export function readersSource(
  { account, mode, nowMs }: Scope & { readonly nowMs: number },
  { location, serialNumber, status }: ReaderFilters,
): PageSource {
  return {
    items: `select r.reader as id, r.created_ms as at_ms
      from readers r join devices d using (account, device) ${LAST_SEEN}
      where r.account = $1 and d.mode = $2 and r.deleted_ms is null and ($3::text is null or d.location = $3)
        and ($4::text is null or r.serial_number = $4) and ($5::text is null or ${statusAt('$6')} = $5)`,
    values: [account, mode, location, serialNumber, status, nowMs],
  }
}
