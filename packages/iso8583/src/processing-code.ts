import type { Fields } from './message.ts'

/** DE3 by its first two digits, the kind of transaction; the accounts behind them are the default ones. */
export const PROCESSING_CODES = { purchase: '000000', refund: '200000' } as const

/** 20: goods came back, and the money goes to the cardholder. */
export function isRefund({ 3: processingCode }: Fields): boolean {
  return processingCode?.startsWith('20') === true
}
