import { must, type PaymentStory } from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { writeChange } from '../store/commit-changes.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { JOINED_COLUMNS, joinedPayments, type JoinedRow } from '../store/joined-payments.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { settle } from './settle.ts'

/** One payment with its attempts; nobody else writes it until the transaction ends. */
export async function lockPayment(tx: Tx, account: string, paymentId: string): Promise<PaymentRow | null> {
  // The lock first: what it waited for is then in the snapshot of the second statement.
  const locked = await tx.query(
    'select from payments where account = $1 and payment = $2 for no key update',
    [account, paymentId],
  )
  if (locked.rowCount === 0) return null
  const { rows } = await tx.query<JoinedRow>({
    text: `select ${JOINED_COLUMNS} from payments p
      left join attempts a on a.account = p.account and a.payment = p.payment
      where p.account = $1 and p.payment = $2 order by a.number`,
    values: [account, paymentId],
    types: numericTypes,
  })
  return must(joinedPayments(rows)[0], 'it was there a moment ago')
}

/** Writes a locked payment's new story with all that follows from it: outcome, events, tasks. */
export async function writeStory(
  tx: Tx,
  world: GatewayWorld,
  before: PaymentRow,
  story: PaymentStory,
): Promise<PaymentRow> {
  const change = await settle(world, before, { ...before, story }, world.clock.wallMs())
  await writeChange(tx, () => Promise.resolve(before.account), change)
  const saved = must(change.payments?.[0], 'settling keeps the row')
  return { ...saved, version: saved.version + 1 }
}
