import { idDigits, type IdSource, newId } from '@holdfast/core'
import type { Mode } from '@holdfast/protocol'
import { Document } from 'sepa'
import type { Tx } from '../database/transaction.ts'
import { numericTypes } from '../database/sql-rows.ts'
import { movePayout } from './move-payout.ts'
import { type BankAccount, type Payout, PAYOUT_COLUMNS, payoutOf, type PayoutRow } from './payout.ts'

export interface TransferFile {
  readonly file: string
  /** ISO 20022 pain.001.001.09: one credit transfer per payout. */
  readonly xml: string
  readonly payouts: readonly Payout[]
}

/** More are left for the next file: banks take files of some thousands. */
const PAYOUTS_MAX = 5_000

/**
 * Every pending euro payout of our own in one file for our bank. They are in transit, and the file is kept, when this
 * commits: the same payout is in no other file. Null when nothing is pending.
 */
export async function makeTransferFile(
  tx: Tx,
  { mode, from, ids }: { readonly mode: Mode; readonly from: BankAccount; readonly ids: IdSource },
): Promise<TransferFile | null> {
  const atMs = ids.wallMs()
  const { rows } = await tx.query<PayoutRow>({
    text: `select ${PAYOUT_COLUMNS} from payouts
      where status = 'pending' and payer = 'own' and mode = $1 and currency = 'eur'
      order by account, payout limit $2 for update skip locked`,
    values: [mode, PAYOUTS_MAX],
    types: numericTypes,
  })
  if (rows.length === 0) return null
  const payouts = rows.map(payoutOf)
  const file = `PAIN${idDigits(newId('po', ids))}`
  const xml = renderPain001({ file, from, payouts, atMs })
  await tx.query('insert into payout_files (file, created_ms, xml) values ($1, $2, $3)', [file, atMs, xml])
  for (const key of payouts) await movePayout(tx, key, { type: 'sent', atMs }, { ids, sentWith: file })
  return { file, xml, payouts }
}

/** As it was made; null when there is none of this name. */
export async function findTransferFile(tx: Tx, file: string): Promise<string | null> {
  const { rows } = await tx.query<{ xml: string }>('select xml from payout_files where file = $1', [file])
  return rows[0]?.xml ?? null
}

function renderPain001(asked: {
  readonly file: string
  readonly from: BankAccount
  readonly payouts: readonly Payout[]
  readonly atMs: number
}): string {
  const { file, from, payouts, atMs } = asked
  const document = new Document('pain.001.001.09')
  document.grpHdr.id = file
  document.grpHdr.created = new Date(atMs)
  document.grpHdr.initiatorName = from.holder
  const info = document.createPaymentInfo()
  info.requestedExecutionDate = new Date(Math.min(...payouts.map(({ arrivalMs }) => arrivalMs)))
  info.debtorName = from.holder
  info.debtorIBAN = from.iban
  if (from.bic !== null) info.debtorBIC = from.bic
  document.addPaymentInfo(info)
  for (const { payoutId, amountMinor, bank } of payouts) {
    if (bank === null) continue
    const transfer = info.createTransaction()
    transfer.creditorName = bank.holder
    transfer.creditorIBAN = bank.iban
    if (bank.bic !== null) transfer.creditorBIC = bank.bic
    transfer.currency = 'EUR'
    // The library writes two decimals; a whole number of cents below 2^53 comes out exact.
    transfer.amount = amountMinor / 100
    // The bank brings it back on the statement. An underscore is no character of SEPA.
    transfer.end2endId = `PO${idDigits(payoutId)}`
    transfer.remittanceInfo = `Payout PO${idDigits(payoutId)}`
    info.addTransaction(transfer)
  }
  return document.toString()
}
