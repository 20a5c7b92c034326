import { changedMetadata, type Metadata, type MetadataRefusal } from '../metadata/metadata.ts'
import type { Address, Customer } from './customer-store.ts'

type Optional<Value> = Value | null | undefined

/** What is absent stays; null takes it away. Parts of an address are changed one by one. */
export interface CustomerChange {
  readonly name?: Optional<string>
  readonly email?: Optional<string>
  readonly phone?: Optional<string>
  readonly description?: Optional<string>
  readonly address?: Optional<AddressChange>
  readonly shipping?: Optional<{
    readonly name: string
    readonly phone?: Optional<string>
    readonly address: AddressChange
  }>
  readonly preferredLocales?: readonly string[] | undefined
  readonly metadata?: Metadata | 'clear' | undefined
}

export type AddressChange = { readonly [Part in keyof Address]?: Optional<string> }

export function newCustomer(id: string, nowMs: number): Customer {
  return {
    id,
    name: null,
    email: null,
    phone: null,
    description: null,
    address: null,
    shipping: null,
    preferredLocales: [],
    metadata: {},
    createdMs: nowMs,
    deletedMs: null,
  }
}

/** Only its id and its times are kept: payments go on naming it. */
export function forgottenCustomer({ id, createdMs }: Customer, nowMs: number): Customer {
  // A clock that was put back in between must not make it deleted before it was made.
  return { ...newCustomer(id, createdMs), deletedMs: Math.max(nowMs, createdMs) }
}

export function changeCustomer(
  before: Customer,
  change: CustomerChange,
): { readonly ok: true; readonly customer: Customer } | MetadataRefusal {
  const changed = changedMetadata(before.metadata, change.metadata)
  if (!changed.ok) return changed
  const { shipping } = change
  const customer: Customer = {
    ...before,
    name: changedField(before.name, change.name),
    email: changedField(before.email, change.email),
    phone: changedField(before.phone, change.phone),
    description: changedField(before.description, change.description),
    address: changedAddress(before.address, change.address),
    shipping:
      shipping === undefined
        ? before.shipping
        : shipping && {
            name: shipping.name,
            phone: changedField(before.shipping?.phone ?? null, shipping.phone),
            address: changedAddress(before.shipping?.address ?? null, shipping.address) ?? EMPTY_ADDRESS,
          },
    preferredLocales: change.preferredLocales ?? before.preferredLocales,
    metadata: changed.metadata,
  }
  return { ok: true, customer }
}

export function changedAddress(before: Address | null, change: Optional<AddressChange>): Address | null {
  if (change === undefined) return before
  if (change === null) return null
  const from = before ?? EMPTY_ADDRESS
  return {
    city: changedField(from.city, change.city),
    country: changedField(from.country, change.country),
    line1: changedField(from.line1, change.line1),
    line2: changedField(from.line2, change.line2),
    postal_code: changedField(from.postal_code, change.postal_code),
    state: changedField(from.state, change.state),
  }
}

const EMPTY_ADDRESS: Address = {
  city: null,
  country: null,
  line1: null,
  line2: null,
  postal_code: null,
  state: null,
}

function changedField(before: string | null, change: Optional<string>): string | null {
  return change === undefined ? before : change
}
