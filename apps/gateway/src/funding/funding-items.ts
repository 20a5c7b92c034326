import type { Currency } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import type { Tx } from '../database/transaction.ts'
import type { FundingClaim } from './funding-claims.ts'
import type { FundingMatch } from './match-funding-item.ts'
import type { FundingItem } from './read-funding-file.ts'

/** An item of a file beside what of the books it settles. */
export interface SettledItem {
  readonly item: FundingItem
  /** From 1 on, as in the file. */
  readonly position: number
  readonly difference: FundingMatch['difference']
  readonly claim: FundingClaim | null
  readonly expectedMinor: number
  readonly expectedFeeMinor: number
}

/** @throws where another file settles the same meanwhile: the index of the table allows one. */
export async function writeFundingItems(
  tx: Tx,
  part: {
    readonly file: string
    readonly sha256: string
    readonly currency: Currency
    readonly account: string
    readonly mode: Mode
    readonly items: readonly SettledItem[]
  },
): Promise<void> {
  const { file, sha256, currency, account, mode } = part
  const rows = part.items.map(({ item, position, difference, claim, expectedMinor, expectedFeeMinor }) => ({
    position,
    kind: item.kind,
    terminal_id: item.terminal,
    rrn: item.rrn,
    amount_minor: item.amountMinor,
    fee_minor: item.feeMinor,
    payment: claim?.payment ?? null,
    txn: difference === 'doubled' ? null : (claim?.txn ?? null),
    expected_minor: expectedMinor,
    expected_fee_minor: expectedFeeMinor,
    difference,
  }))
  await tx.query(
    `insert into funding_items (file, sha256, position, account, mode, currency, kind, terminal_id, rrn, amount_minor,
       fee_minor, payment, txn, expected_minor, expected_fee_minor, difference)
     select $1, $2, position, $3, $4, $5, kind, terminal_id, rrn, amount_minor, fee_minor, payment, txn, expected_minor,
       expected_fee_minor, difference
     from json_to_recordset($6::json) as i(position integer, kind text, terminal_id text, rrn text, amount_minor bigint,
       fee_minor bigint, payment text, txn text, expected_minor bigint, expected_fee_minor bigint, difference text)`,
    [file, sha256, account, mode, currency, JSON.stringify(rows)],
  )
}
