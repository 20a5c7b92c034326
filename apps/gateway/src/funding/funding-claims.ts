import type { Currency } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import type { FundingFile, FundingItem } from './read-funding-file.ts'

/** What the books say that one item of a file is for. Minor units, signed as the item is. */
export interface FundingClaim {
  readonly account: string
  readonly mode: Mode
  readonly currency: Currency
  readonly payment: string | null
  /** Of a sale with a tip that was told after it, the sale's; both amounts are with the tip. */
  readonly txn: string
  readonly amountMinor: number
  readonly feeMinor: number
  /** A file that was applied has paid for it. */
  readonly isFunded: boolean
  /** It went out with a payout. */
  readonly isPaidOut: boolean
}

/** In the order of the items; undefined where nothing is known of one. */
export async function readClaims(
  tx: Tx,
  { items }: FundingFile,
): Promise<readonly (FundingClaim | undefined)[]> {
  const sales = await claimsOf(tx, items, SALES)
  const refunds = await claimsOf(tx, items, REFUNDS)
  const disputes = await claimsOf(tx, items, DISPUTES)
  const taken = new Set<string>()
  return items.map((item, index) => {
    const claims = { sale: sales, refund: refunds, chargeback: disputes, chargeback_won: disputes }[item.kind]
    const found = claims.get(index) ?? []
    // What was won may be contested once more: each round is paid for once, in its order.
    const claim = found.find(({ txn, isFunded }) => !isFunded && !taken.has(txn)) ?? found.at(-1)
    if (claim === undefined) return undefined
    const isFunded = claim.isFunded || taken.has(claim.txn)
    taken.add(claim.txn)
    return { ...claim, isFunded }
  })
}

async function claimsOf(
  tx: Tx,
  items: readonly FundingItem[],
  causes: string,
): Promise<ReadonlyMap<number, readonly FundingClaim[]>> {
  const { rows } = await tx.query<FundingClaim & { readonly at: number }>({
    text: `
      with item as (
        select * from json_to_recordset($1::json) as i(
          at integer, kind text, terminal text, batch text, stan text, rrn text, chargeback text)),
      cause as (${causes})
      select c.at, b.account, b.mode, b.currency, b.payment, b.txn,
        b.amount_minor + coalesce(t.amount_minor, 0) as "amountMinor",
        b.fee_minor + coalesce(t.fee_minor, 0) as "feeMinor",
        exists (select from funding_items f where f.account = b.account and f.txn = b.txn) as "isFunded",
        exists (select from payout_items p where p.account = b.account and p.txn = b.txn) as "isPaidOut"
      from cause c join balance_transactions b on b.account = c.account and b.cause_kind = c.kind and b.cause = c.id
      left join balance_transactions t on c.kind = 'capture' and t.account = c.account
        and t.cause_kind = 'capture_tip' and t.cause = c.id
      order by c.at, c.id`,
    values: [JSON.stringify(items.map((item, at) => ({ ...item, at })))],
    types: numericTypes,
  })
  return Map.groupBy(rows, ({ at }) => at)
}

/** A terminal says whose it is: that keeps each look-up within one account and on its index. */
const SALES = `
  select i.at, c.account, 'capture' as kind, c.capture as id
  from item i
  join devices d on d.terminal_id = i.terminal
  join attempts a on a.account = d.account and a.terminal_id = i.terminal and a.rrn = i.rrn and a.state = 'approved'
  join captures c on c.account = a.account and c.payment = a.payment and c.charge = a.charge and c.state = 'presented'
  where i.kind = 'sale'`

/** A STAN comes again after a million messages, and not within a batch. */
const REFUNDS = `
  select i.at, p.account, 'refund' as kind, p.subject as id
  from item i
  join devices d on d.terminal_id = i.terminal
  join batches b on b.account = d.account and b.terminal_id = i.terminal and b.number = i.batch
  join presentments p on p.account = b.account and p.batch = b.batch and p.stan = i.stan
    and p.subject_kind = 'refund' and p.state = 'accepted'
  where i.kind = 'refund'`

const DISPUTES = `
  select i.at, t.account, t.cause_kind as kind, t.cause as id
  from item i
  join disputes d on d.chargeback = i.chargeback
  cross join (values (1), (2)) as round(n)
  join ledger_transactions t on t.account = d.account and t.cause = d.dispute || ':' || round.n
    and t.cause_kind = case i.kind when 'chargeback' then 'dispute_opened' else 'dispute_won' end
  where i.kind in ('chargeback', 'chargeback_won')`
