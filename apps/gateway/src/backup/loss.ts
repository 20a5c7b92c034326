import type { Tx } from '../database/transaction.ts'
import { quoted } from './table-shapes.ts'

/** What is in the database and will not be after the restore. Devices and the acquirer may still know of it. */
export interface Loss {
  /** Payments that the backup does not have, by mode and currency. */
  readonly payments: readonly {
    readonly mode: string
    readonly currency: string
    readonly count: number
    readonly sumMinor: string
    readonly newestMs: number
  }[]
  /** Payments that go back to an earlier state of theirs. */
  readonly changedPayments: number
  readonly devices: number
  readonly accounts: number
  /** Of the database that is given up; 0 when it has none. */
  readonly generation: number
}

export function losesNothing({ payments, changedPayments, devices, accounts }: Loss): boolean {
  return payments.length === 0 && changedPayments === 0 && devices === 0 && accounts === 0
}

/** The database may be of any earlier version, or empty. */
export async function readLoss(
  tx: Tx,
  { current, restored }: { readonly current: string; readonly restored: string },
): Promise<Loss> {
  const [now, then] = [quoted(current), quoted(restored)]
  const there = async (table: string): Promise<boolean> => {
    const { rows } = await tx.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
      `${now}.${table}`,
    ])
    return rows[0]?.there === true
  }
  const missing = async (table: string, key: string): Promise<number> => {
    if (!(await there(table))) return 0
    const { rows } = await tx.query<{ count: number }>(
      `select count(*)::float8 as count from ${now}.${table} c
       where not exists (select from ${then}.${table} r where r.${key} = c.${key})`,
    )
    return rows[0]?.count ?? 0
  }
  const generation = (await there('settings'))
    ? await tx.query<{ generation: number }>(`select generation from ${now}.settings`)
    : { rows: [] }
  const accounts = await missing('accounts', 'account')
  const devices = await missing('devices', 'device')
  const rest = { accounts, devices, generation: generation.rows[0]?.generation ?? 0 }
  if (!(await there('payments'))) return { ...rest, payments: [], changedPayments: 0 }

  const payments = await tx.query<Loss['payments'][number]>(`
    select c.mode, c.currency, count(*)::float8 as count, sum(c.amount_minor)::text as "sumMinor",
      max(c.received_ms)::float8 as "newestMs"
    from ${now}.payments c
    where not exists (select from ${then}.payments r where r.account = c.account and r.payment = c.payment)
    group by c.mode, c.currency order by c.mode, c.currency`)
  const changed = await tx.query<{ count: number }>(`
    select count(*)::float8 as count from ${now}.payments c
    join ${then}.payments r on r.account = c.account and r.payment = c.payment and r.version <> c.version`)
  return { ...rest, payments: payments.rows, changedPayments: changed.rows[0]?.count ?? 0 }
}
