import { type IdSource, newId } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { writePayoutTransaction } from '../payouts/write-payout-transaction.ts'
import type { SettledItem } from './funding-items.ts'
import type { FundingFile } from './read-funding-file.ts'

/** ST16: the acquirer has paid the merchant: a payout that is paid, with the transactions that it is made of. */
export async function payByAcquirer(
  tx: Tx,
  paid: {
    readonly account: string
    readonly mode: Mode
    readonly file: FundingFile
    readonly items: readonly SettledItem[]
    readonly cause: { readonly kind: 'funding'; readonly id: string }
    readonly ids: IdSource
  },
): Promise<void> {
  const { account, mode, items, cause, ids } = paid
  const { file, currency, madeAtMs } = paid.file
  const nowMs = ids.wallMs()
  const amountMinor = items.reduce((sum, { item }) => sum + item.amountMinor - item.feeMinor, 0)
  const payoutId = newId('po', ids)
  const description = `Paid by the acquirer, file ${file}`
  await tx.query(
    `insert into payouts (account, payout, mode, currency, amount_minor, payer, automatic, description, status, sent_ms,
       paid_ms, arrival_ms, created_ms)
     values ($1, $2, $3, $4, $5, 'acquirer', true, $6, 'paid', $7, $7, $7, $8)`,
    [account, payoutId, mode, currency, amountMinor, description, madeAtMs, nowMs],
  )
  await tx.query('update funding_items set payout = $4 where file = $1 and account = $2 and mode = $3', [
    file,
    account,
    mode,
    payoutId,
  ])
  await tx.query(
    `insert into payout_items (account, txn, payout)
     select f.account, b.txn, f.payout
     from funding_items f
     join balance_transactions s on s.account = f.account and s.txn = f.txn
     join balance_transactions b on b.account = s.account and b.cause = s.cause
       and (b.txn = s.txn or (s.cause_kind = 'capture' and b.cause_kind = 'capture_tip'))
     where f.file = $1 and f.account = $2 and f.mode = $3`,
    [file, account, mode],
  )
  await writePayoutTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    payoutId,
    amountMinor,
    description,
    atMs: nowMs,
  })
  for (const type of ['payout.created', 'payout.paid', 'payout.reconciliation_completed'] as const)
    await recordEvent(tx, { account, mode, type, object: 'payout', id: payoutId, atMs: nowMs }, ids)
}
