/** One entry of DE54 about the card's account. */
export type AccountBalance = {
  readonly kind: 'ledger' | 'available'
  /** Three digits of ISO 4217. */
  readonly currencyNumeric: string
  /** Below zero: overdrawn. */
  readonly amountMinor: number
}

/** Six entries of twenty characters fill DE54. */
const ENTRIES_MAX = 6
const ENTRY = /^([0-9]{2})([0-9]{2})([0-9]{3})([CD])([0-9]{12})/
/** Account type: unspecified. */
const ANY_ACCOUNT = '00'
const AMOUNT_TYPES = { ledger: '01', available: '02' } as const

/** DE54: account type, amount type, currency, C or D, and twelve digits each. */
export function writeBalances(balances: readonly AccountBalance[]): string {
  return balances.map(entryOf).join('')
}

/** Undefined when the field is not made of whole entries. Amounts of a kind that we do not know are passed over. */
export function readBalances(field: string): readonly AccountBalance[] | undefined {
  if (field.length % 20 !== 0 || field.length > 20 * ENTRIES_MAX) return undefined
  const balances: AccountBalance[] = []
  for (let at = 0; at < field.length; at += 20) {
    const [entry, , type, currencyNumeric, sign, digits] = ENTRY.exec(field.slice(at, at + 20)) ?? []
    if (entry === undefined || currencyNumeric === undefined) return undefined
    const kind =
      type === AMOUNT_TYPES.ledger ? 'ledger' : type === AMOUNT_TYPES.available ? 'available' : undefined
    if (kind === undefined) continue
    const amountMinor = Number(digits)
    balances.push({ kind, currencyNumeric, amountMinor: sign === 'D' ? 0 - amountMinor : amountMinor })
  }
  return balances
}

function entryOf({ kind, currencyNumeric, amountMinor }: AccountBalance): string {
  const digits = String(Math.abs(amountMinor)).padStart(12, '0')
  return `${ANY_ACCOUNT}${AMOUNT_TYPES[kind]}${currencyNumeric}${amountMinor < 0 ? 'D' : 'C'}${digits}`
}
