import type { PageSource } from '../database/read-page.ts'
import type { SearchFields } from '../database/search.ts'
import type { Tx } from '../database/transaction.ts'
import type { Metadata } from '../metadata/metadata.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

export interface Address {
  readonly city: string | null
  readonly country: string | null
  readonly line1: string | null
  readonly line2: string | null
  readonly postal_code: string | null
  readonly state: string | null
}

export interface Customer {
  readonly id: string
  readonly name: string | null
  readonly email: string | null
  readonly phone: string | null
  readonly description: string | null
  readonly address: Address | null
  readonly shipping: {
    readonly name: string
    readonly phone: string | null
    readonly address: Address
  } | null
  readonly preferredLocales: readonly string[]
  readonly metadata: Metadata
  readonly createdMs: number
  /** Null while it is there. */
  readonly deletedMs: number | null
}

/** Deleted ones included; ids that are not of this scope are left out. */
export async function findCustomers(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
  { forUpdate = false }: { readonly forUpdate?: boolean } = {},
): Promise<Customer[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<Customer>({
    text: `select customer as id, name, email, phone, description, address, shipping,
        preferred_locales as "preferredLocales", metadata, created_ms as "createdMs", deleted_ms as "deletedMs"
      from customers where account = $1 and mode = $2 and customer = any ($3) ${forUpdate ? 'for update' : ''}`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

/** Also that it stays there until the end of the transaction. */
export async function isCustomerThere(tx: Tx, { account, mode }: Scope, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from customers where account = $1 and mode = $2 and customer = $3 and deleted_ms is null for share`,
    [account, mode, id],
  )
  return rowCount === 1
}

/** A new one, or the changed one in its place. */
export async function saveCustomer(tx: Tx, { account, mode }: Scope, customer: Customer): Promise<void> {
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
  await tx.query(
    `insert into customers (account, customer, mode, name, email, phone, description, address, shipping,
       preferred_locales, metadata, created_ms, deleted_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (account, customer) do update set name = excluded.name, email = excluded.email,
       phone = excluded.phone, description = excluded.description, address = excluded.address,
       shipping = excluded.shipping, preferred_locales = excluded.preferred_locales, metadata = excluded.metadata,
       deleted_ms = excluded.deleted_ms`,
    [
      account,
      customer.id,
      mode,
      customer.name,
      customer.email,
      customer.phone,
      customer.description,
      json(customer.address),
      json(customer.shipping),
      customer.preferredLocales,
      JSON.stringify(customer.metadata),
      customer.createdMs,
      customer.deletedMs,
    ],
  )
}

export function customersSource({ account, mode }: Scope, email: string | null): PageSource {
  return {
    items: `select customer as id, created_ms as at_ms from customers c
      where account = $1 and mode = $2 and deleted_ms is null and ($3::text is null or email = $3)`,
    values: [account, mode, email],
  }
}

export const customerSearchFields: SearchFields = {
  created: { kind: 'moment', sqlMs: 'c.created_ms' },
  email: { kind: 'text', sql: 'c.email' },
  metadata: { kind: 'json', sql: 'c.metadata' },
  name: { kind: 'text', sql: 'c.name' },
  phone: { kind: 'text', sql: 'c.phone' },
}
