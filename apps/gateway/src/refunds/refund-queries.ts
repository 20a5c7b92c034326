import type { PageSource } from '../database/read-page.ts'
import type { Tx } from '../database/transaction.ts'
import type { Scope } from '../database/scope.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { type Refund, REFUND_COLUMNS, refundOf, type RefundRow } from './refund.ts'

/** In no particular order; ids that are not of this scope are left out. */
export async function findRefunds(
  db: Tx,
  { account, mode }: Scope,
  ids: readonly string[],
): Promise<readonly Refund[]> {
  const { rows } = await db.query<RefundRow>({
    text: `select ${REFUND_COLUMNS} from refunds where account = $1 and mode = $2 and refund = any ($3)`,
    values: [account, mode, ids],
    types: numericTypes,
  })
  return rows.map(refundOf)
}

export function refundsSource(
  { account, mode }: Scope,
  { charge, payment }: { readonly charge: string | null; readonly payment: string | null },
): PageSource {
  return {
    items: `select refund as id, created_ms as at_ms from refunds
      where account = $1 and mode = $2 and ($3::text is null or charge = $3) and ($4::text is null or payment = $4)`,
    values: [account, mode, charge, payment],
  }
}

export async function saveRefundMetadata(
  tx: Tx,
  { account }: Scope,
  refundId: string,
  metadata: Refund['metadata'],
): Promise<void> {
  await tx.query('update refunds set metadata = $3 where account = $1 and refund = $2', [
    account,
    refundId,
    JSON.stringify(metadata),
  ])
}
