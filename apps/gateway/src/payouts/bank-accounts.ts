import type { Currency } from '@holdfast/core'
import { validateIBAN } from 'sepa'
import type { Tx } from '../database/transaction.ts'
import type { BankAccount } from './payout.ts'

/** `bank_account_invalid`: the IBAN's check digits or the form of the BIC are wrong, or the holder cannot be written. */
export async function setBankAccount(
  tx: Tx,
  account: string,
  currency: Currency,
  given: BankAccount,
): Promise<'set' | 'bank_account_invalid'> {
  const iban = given.iban.replaceAll(' ', '').toUpperCase()
  const bic = given.bic?.toUpperCase() ?? null
  if (!isIban(iban) || (bic !== null && !BIC.test(bic)) || !HOLDER.test(given.holder))
    return 'bank_account_invalid'
  await tx.query(
    `insert into bank_accounts (account, currency, holder, iban, bic) values ($1, $2, $3, $4, $5)
     on conflict (account, currency) do update set holder = excluded.holder, iban = excluded.iban, bic = excluded.bic`,
    [account, currency, given.holder, iban, bic],
  )
  return 'set'
}

export async function findBankAccount(
  tx: Tx,
  account: string,
  currency: Currency,
): Promise<BankAccount | null> {
  const { rows } = await tx.query<BankAccount>(
    'select holder, iban, bic from bank_accounts where account = $1 and currency = $2',
    [account, currency],
  )
  return rows[0] ?? null
}

export function isIban(text: string): boolean {
  return /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(text) && validateIBAN(text)
}

const BIC = /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/
/** What SEPA files may hold (EPC217-08), without the characters that begin or end a line. */
const HOLDER = /^[A-Za-z0-9À-ÿ][A-Za-z0-9À-ÿ /?:().,'+-]{0,69}$/
