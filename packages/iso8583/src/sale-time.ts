/** Local date and time at which the card was read: DE13 and DE12. Never rewritten when a sale is forwarded. */
export type SaleLocalTime = { readonly MMDD: string; readonly hhmmss: string }
