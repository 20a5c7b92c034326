import type { Pool } from 'pg'
import type { Tx } from './transaction.ts'

/**
 * Runs `work` on one unmoving picture of the database: everything committed before it, nothing after. Nothing waits for
 * it and it changes nothing; it may take long.
 */
export async function snapshot<Result>(pool: Pool, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const client = await pool.connect()
  let clean = false
  const onError = () => (clean = false)
  client.on('error', onError)
  try {
    // Not serializable: a hot standby, a good place to back up from, refuses that.
    await client.query('begin transaction isolation level repeatable read read only')
    await client.query(PLAIN_TEXT)
    const result = await work(client)
    await client.query('commit')
    clean = true
    return result
  } finally {
    client.release(!clean)
    client.removeListener('error', onError)
  }
}

/** Rows `fetchRows` at a time, whatever the table holds: neither side ever has more of them in memory. */
export async function* cursorRows<Row extends unknown[]>(
  tx: Tx,
  query: { readonly text: string; readonly values?: readonly unknown[] },
  fetchRows = 1_000,
): AsyncGenerator<Row[]> {
  await tx.query(`declare holdfast_cursor no scroll cursor for ${query.text}`, [...(query.values ?? [])])
  try {
    for (;;) {
      const { rows } = await tx.query<Row>({
        text: `fetch ${fetchRows} from holdfast_cursor`,
        rowMode: 'array',
      })
      if (rows.length > 0) yield rows
      if (rows.length < fetchRows) return
    }
  } finally {
    // After an error in the transaction it is gone already.
    await tx.query('close holdfast_cursor').catch(() => undefined)
  }
}

/**
 * One text form for each value, whatever a role or server has set; nothing hidden by row-level security without a word;
 * no limit meant for short requests.
 */
export const PLAIN_TEXT = `
  set local timezone = 'UTC'; set local datestyle = 'ISO'; set local intervalstyle = 'postgres';
  set local bytea_output = 'hex'; set local extra_float_digits = 1; set local row_security = off;
  set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0`
