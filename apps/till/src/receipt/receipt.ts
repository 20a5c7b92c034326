import { type ReceiptCopy, receiptOf, type StoredPayment, type TerminalSettings } from '@holdfast/sdk'
import { formatMoney, formatTime, type MessageKey, type Translate } from '@holdfast/ui'
import type { TillKey, TillTranslate } from '../messages/index.ts'

export type CopyKind = ReceiptCopy['copy']

/** A receipt in words, ready for the screen or the printer. */
export interface WrittenReceipt {
  readonly shop: string
  readonly place: string
  readonly amount: string
  readonly status: string
  /** What the status means for the merchant; never on the customer's copy. */
  readonly note: string | null
  readonly lines: readonly ReceiptLine[]
  readonly wantsSignature: boolean
}

interface ReceiptLine {
  readonly label: string
  readonly value: string
}

export interface ReceiptWords {
  readonly till: TillTranslate
  readonly shared: Translate<MessageKey>
  readonly locale: string
  /** For tests; the machine's own otherwise. */
  readonly timeZone?: string
}

/** The SDK says what belongs on which copy (SQ13); here it gets its words. Null while there is nothing to hand over. */
export function writeReceipt(
  payment: StoredPayment,
  kind: CopyKind,
  settings: TerminalSettings,
  words: ReceiptWords,
): WrittenReceipt | null {
  const copy = receiptOf(payment, settings)?.[kind]
  if (copy === undefined) return null
  const isMerchant = kind === 'merchant'
  return {
    shop: copy.accountName,
    place: copy.locationName,
    amount: formatMoney(copy.money, words.locale),
    status: words.till(`receipt.wording.${copy.wording}`),
    note: isMerchant ? merchantNote(payment, words.till) : null,
    lines: linesOf(copy, words),
    wantsSignature: isMerchant && copy.card?.cvm === 'signature',
  }
}

function merchantNote(payment: StoredPayment, till: TillTranslate): string | null {
  if (!('offlineKind' in payment) || payment.offlineKind === null) return null
  return till(`receipt.merchant.${payment.offlineKind}`)
}

function linesOf(copy: ReceiptCopy, { till, shared, locale, timeZone }: ReceiptWords): ReceiptLine[] {
  const { card, chip } = copy
  const lines: ReceiptLine[] = []
  const add = (key: TillKey, value: string): void => {
    if (value !== '') lines.push({ label: till(key), value })
  }
  add('receipt.date', formatTime(copy.atMs, locale, 'full', timeZone))
  if (card !== null) {
    add('receipt.card', `${shared(`brand.${card.brand}`)} •••• ${card.last4}`)
    add('receipt.entry', shared(`entry.${card.entryMode}`))
    add('receipt.verification', shared(`cvm.${card.cvm}`))
    add('receipt.application', chip?.applicationPreferredName || card.applicationLabel)
    add('receipt.aid', card.aid)
  }
  if (copy.tipMinor > 0)
    add('receipt.tip', formatMoney({ ...copy.money, amountMinor: copy.tipMinor }, locale))
  if (copy.part !== null) {
    const money = (amountMinor: number) => formatMoney({ ...copy.money, amountMinor }, locale)
    add('partial.approved_part', money(copy.part.approvedMinor))
    add('partial.owed_part', money(copy.part.owedMinor))
  }
  if (copy.copy === 'merchant' && copy.offlineKind !== null)
    add('payment.kind', till(`kind.${copy.offlineKind}`))
  add('receipt.approval_code', copy.authorisationCode ?? '')
  add('receipt.reference', copy.reference ?? '')
  add('receipt.payment', copy.paymentId)
  if (copy.copy === 'merchant' && chip !== null) {
    add('receipt.cryptogram', `${chip.cryptogramType} ${chip.applicationCryptogram}`.trim())
    add('receipt.proof', copy.proof ?? '')
  }
  return lines
}
