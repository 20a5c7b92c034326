import { type Currency, must } from '@holdfast/core'
import type { Pool } from 'pg'

interface Merchant {
  readonly name: string
  readonly currencies: readonly Currency[]
}

export async function readMerchant(pool: Pool, account: string): Promise<Merchant> {
  const { rows } = await pool.query<Merchant>('select name, currencies from accounts where account = $1', [
    account,
  ])
  return must(rows[0], 'a key is of an account')
}
