import { type Currency, type IdSource, newId, nextBusinessDayMs, payoutPosting } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { recordEvent } from '../events/record-event.ts'
import { loadMoneyTerms } from '../ledger/money-terms.ts'
import { postTransaction } from '../ledger/post.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { findBankAccount } from './bank-accounts.ts'
import { findPayout, type Payout } from './payout.ts'
import { writePayoutTransaction } from './write-payout-transaction.ts'

export interface NewPayout {
  readonly account: string
  readonly mode: Mode
  readonly currency: Currency
  /** Null: everything that is available, with its drill-down. */
  readonly amountMinor: number | null
  readonly description: string | null
  readonly metadata?: Readonly<Record<string, string>>
}

export type CreatedPayout =
  | { readonly ok: true; readonly payout: Payout }
  | {
      readonly ok: false
      readonly refusal: 'balance_insufficient' | 'bank_account_missing' | 'payout_funded_by_acquirer'
    }

/**
 * Takes what is available out of the balance, in the caller's transaction. Two at once take turns: the second finds what
 * the first has left.
 */
export async function createPayout(tx: Tx, wanted: NewPayout, ids: IdSource): Promise<CreatedPayout> {
  const { account, mode, currency, description } = wanted
  const nowMs = ids.wallMs()
  await tx.query('select 1 from funding_policies where account = $1 for update', [account])
  const { funding } = await loadMoneyTerms(tx, account, nowMs)
  if (funding === 'direct') return { ok: false, refusal: 'payout_funded_by_acquirer' }
  const bank = await findBankAccount(tx, account, currency)
  if (bank === null) return { ok: false, refusal: 'bank_account_missing' }
  const free = await freeTransactions(tx, wanted, nowMs)
  const availableMinor = free.reduce((sum, { net_minor }) => sum + net_minor, 0)
  const amountMinor = wanted.amountMinor ?? availableMinor
  if (amountMinor < 1 || amountMinor > availableMinor) return { ok: false, refusal: 'balance_insufficient' }

  const payoutId = newId('po', ids)
  const automatic = wanted.amountMinor === null
  const arrivalMs = nextBusinessDayMs(nowMs)
  await tx.query(
    `insert into payouts (account, payout, mode, currency, amount_minor, payer, automatic, description, holder, iban, bic,
       status, arrival_ms, created_ms, metadata)
     values ($1, $2, $3, $4, $5, 'own', $6, $7, $8, $9, $10, 'pending', $11, $12, $13)`,
    [
      account,
      payoutId,
      mode,
      currency,
      amountMinor,
      automatic,
      description,
      bank.holder,
      bank.iban,
      bank.bic,
      arrivalMs,
      nowMs,
      JSON.stringify(wanted.metadata ?? {}),
    ],
  )
  if (automatic) {
    await tx.query('insert into payout_items (account, txn, payout) select $1, unnest($2::text[]), $3', [
      account,
      free.map(({ txn }) => txn),
      payoutId,
    ])
  }
  const cause = { kind: 'payout', id: payoutId } as const
  await postTransaction(tx, {
    account,
    mode,
    cause,
    currency,
    atMs: nowMs,
    lines: payoutPosting({ amountMinor }),
  })
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
  await recordEvent(
    tx,
    { account, mode, type: 'payout.created', object: 'payout', id: payoutId, atMs: nowMs },
    ids,
  )
  const payout = await findPayout(tx, { account, mode, payoutId })
  if (payout === null) throw new Error('a payout that was written can be read')
  return { ok: true, payout }
}

/**
 * Everything available that is in no payout yet; its sum is the available balance, because an automatic payout's own
 * transaction is the sum of its items. One of a named amount has no items, so the next automatic one counts it.
 */
async function freeTransactions(
  tx: Tx,
  { account, mode, currency }: NewPayout,
  nowMs: number,
): Promise<readonly { readonly txn: string; readonly net_minor: number }[]> {
  const { rows } = await tx.query<{ txn: string; net_minor: number }>({
    text: `select b.txn, b.net_minor from balance_transactions b
      left join payout_items i using (account, txn)
      left join payouts p on p.account = b.account and p.payout = b.source and b.type = 'payout'
      where b.account = $1 and b.mode = $2 and b.currency = $3 and b.available_ms <= $4 and i.payout is null
        and (p.payout is null or not p.automatic)`,
    values: [account, mode, currency, nowMs],
    types: numericTypes,
  })
  return rows
}
