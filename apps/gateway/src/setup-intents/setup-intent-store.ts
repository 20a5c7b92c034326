import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import type { Metadata } from '../metadata/metadata.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

export const setupCancelReasons = ['abandoned', 'duplicate', 'requested_by_customer'] as const

/** A card that a back end asks to be saved at a till. */
export interface SetupIntent {
  readonly id: string
  readonly customer: string | null
  readonly description: string | null
  readonly method: 'card_present' | 'interac_present'
  readonly usage: 'off_session' | 'on_session'
  readonly metadata: Metadata
  readonly clientSecret: string
  readonly createdMs: number
  /** Null while a reader may still take it. */
  readonly canceledMs: number | null
  readonly cancelReason: (typeof setupCancelReasons)[number] | null
}

/** Ids that are not of this scope are left out. */
export async function findSetupIntents(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
  { forUpdate = false }: { readonly forUpdate?: boolean } = {},
): Promise<SetupIntent[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<SetupIntent>({
    text: `select setup as id, customer, description, method, usage, metadata, client_secret as "clientSecret",
        created_ms as "createdMs", canceled_ms as "canceledMs", cancel_reason as "cancelReason"
      from setup_intents where account = $1 and mode = $2 and setup = any ($3) ${forUpdate ? 'for update' : ''}`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

/** A new one, or the changed one in its place. */
export async function saveSetupIntent(tx: Tx, { account, mode }: Scope, setup: SetupIntent): Promise<void> {
  await tx.query(
    `insert into setup_intents (account, setup, mode, customer, description, method, usage, metadata, client_secret,
       created_ms, canceled_ms, cancel_reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (account, setup) do update set customer = excluded.customer, description = excluded.description,
       method = excluded.method, metadata = excluded.metadata, canceled_ms = excluded.canceled_ms,
       cancel_reason = excluded.cancel_reason`,
    [
      account,
      setup.id,
      mode,
      setup.customer,
      setup.description,
      setup.method,
      setup.usage,
      JSON.stringify(setup.metadata),
      setup.clientSecret,
      setup.createdMs,
      setup.canceledMs,
      setup.cancelReason,
    ],
  )
}

export function setupIntentsSource({ account, mode }: Scope, customer: string | null): PageSource {
  return {
    items: `select setup as id, created_ms as at_ms from setup_intents
      where account = $1 and mode = $2 and ($3::text is null or customer = $3)`,
    values: [account, mode, customer],
  }
}
