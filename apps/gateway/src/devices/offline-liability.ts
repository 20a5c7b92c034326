import type { Tx } from '../database/transaction.ts'

/** The version of docs/reference/offline-liability.md that is accepted now. */
export const LIABILITY_TEXT_VERSION = '1'

/** SQ7: this person takes the risk of offline payments on for the account. A later acceptance replaces an earlier one. */
export async function acceptOfflineLiability(
  tx: Tx,
  account: string,
  accepted: { readonly by: string; readonly textVersion: string },
  nowMs: number,
): Promise<void> {
  await tx.query(
    'update accounts set liability_by = $2, liability_ms = $3, liability_text = $4 where account = $1',
    [account, accepted.by, nowMs, accepted.textVersion],
  )
}
