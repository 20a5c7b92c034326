import type { Pool } from 'pg'
import type { Tx } from '../../database/transaction.ts'
import { readBalances } from '../../ledger/balance.ts'
import type { Viewing } from './platform/object-kinds.ts'

/** What may be paid out and what is held until its day, in every currency. There is one, and it has no id. */
export async function renderBalance(db: Pool | Tx, viewing: Viewing): Promise<object> {
  const balances = await readBalances(db, viewing, viewing.nowMs)
  const amounts = (of: 'availableMinor' | 'pendingMinor') =>
    balances.map((balance) => ({
      amount: balance[of],
      currency: balance.currency,
      source_types: { card: balance[of] },
    }))
  return {
    object: 'balance',
    available: amounts('availableMinor'),
    livemode: viewing.mode === 'live',
    pending: amounts('pendingMinor'),
  }
}
