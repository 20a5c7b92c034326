import type { Currency } from '@holdfast/core'
import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'

/** What the customer is offered to give on top; amounts in minor units. */
interface TipSuggestions {
  readonly percentages?: readonly number[] | undefined
  readonly fixed_amounts?: readonly number[] | undefined
  /** Below this amount the fixed amounts are offered, else the percentages. */
  readonly smart_tip_threshold?: number | undefined
}

export interface TerminalConfiguration {
  readonly id: string
  readonly name: string | null
  readonly isAccountDefault: boolean
  /** False: no lease allows payments offline. Null: nothing is said. */
  readonly offlineEnabled: boolean | null
  readonly tipping: Readonly<Partial<Record<Currency, TipSuggestions>>> | null
  readonly rebootWindow: { readonly start_hour: number; readonly end_hour: number } | null
  readonly createdMs: number
  /** Null while it is there. */
  readonly deletedMs: number | null
}

/** Deleted ones included; ids that are not of this scope are left out. */
export async function findConfigurations(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
  { forUpdate = false }: { readonly forUpdate?: boolean } = {},
): Promise<TerminalConfiguration[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<TerminalConfiguration>({
    text: `select configuration as id, name, is_account_default as "isAccountDefault",
        offline_enabled as "offlineEnabled", tipping, reboot_window as "rebootWindow", created_ms as "createdMs",
        deleted_ms as "deletedMs"
      from terminal_configurations where account = $1 and mode = $2 and configuration = any ($3)
      ${forUpdate ? 'for update' : ''}`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows
}

/** A new one, or the changed one in its place. */
export async function saveConfiguration(
  tx: Tx,
  { account, mode }: Scope,
  configuration: TerminalConfiguration,
): Promise<void> {
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
  await tx.query(
    `insert into terminal_configurations (account, configuration, mode, name, is_account_default, offline_enabled,
       tipping, reboot_window, created_ms, deleted_ms)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (account, configuration) do update set name = excluded.name,
       offline_enabled = excluded.offline_enabled, tipping = excluded.tipping, reboot_window = excluded.reboot_window,
       deleted_ms = excluded.deleted_ms`,
    [
      account,
      configuration.id,
      mode,
      configuration.name,
      configuration.isAccountDefault,
      configuration.offlineEnabled,
      json(configuration.tipping),
      json(configuration.rebootWindow),
      configuration.createdMs,
      configuration.deletedMs,
    ],
  )
}

/** Every account has a default in each mode; it says nothing until somebody changes it. `newId` is used when it is new. */
export async function ensureDefaultConfiguration(
  db: Tx,
  { account, mode }: Scope,
  newId: string,
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into terminal_configurations (account, configuration, mode, is_account_default, created_ms)
     values ($1, $2, $3, true, $4) on conflict (account, mode) where is_account_default do nothing`,
    [account, newId, mode, nowMs],
  )
}

export function configurationsSource({ account, mode }: Scope, isDefault: boolean | null): PageSource {
  return {
    items: `select configuration as id, created_ms as at_ms from terminal_configurations
      where account = $1 and mode = $2 and deleted_ms is null and ($3::boolean is null or is_account_default = $3)`,
    values: [account, mode, isDefault],
  }
}
