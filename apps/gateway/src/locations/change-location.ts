import { type AddressChange, changedAddress } from '../customers/change-customer.ts'
import { changedMetadata, type Metadata, type MetadataRefusal } from '../metadata/metadata.ts'
import type { Location } from './location-store.ts'

/** What is absent stays; null takes it away. */
export interface LocationChange {
  readonly name?: string | undefined
  readonly address?: AddressChange | undefined
  readonly phone?: string | null | undefined
  readonly configuration?: string | null | undefined
  readonly metadata?: Metadata | 'clear' | undefined
}

export function newLocation(id: string, nowMs: number): Location {
  return {
    id,
    name: '',
    address: null,
    country: null,
    phone: null,
    metadata: {},
    configuration: null,
    createdMs: nowMs,
    deletedMs: null,
  }
}

/** The country of the address is the one whose rules for verifying customers apply. */
export function changeLocation(
  before: Location,
  change: LocationChange,
): { readonly ok: true; readonly location: Location } | MetadataRefusal {
  const changed = changedMetadata(before.metadata, change.metadata)
  if (!changed.ok) return changed
  const address = changedAddress(before.address, change.address)
  const location: Location = {
    ...before,
    name: change.name ?? before.name,
    address,
    country: address === null ? before.country : (address.country?.toLowerCase() ?? null),
    phone: change.phone === undefined ? before.phone : change.phone,
    configuration: change.configuration === undefined ? before.configuration : change.configuration,
    metadata: changed.metadata,
  }
  return { ok: true, location }
}
