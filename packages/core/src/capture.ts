import { isAmountMinor } from './money.ts'

/** What of an approval is taken: minor units, the tip within. */
interface WantedCapture {
  readonly amountMinor: number
  readonly tipMinor: number
}

/** Codes of the error table. */
export type CaptureRefusal = 'amount_invalid' | 'capture_amount_above_authorised' | 'tip_above_tolerance'

/**
 * May so much be captured? The goods never above what the issuer has promised; with the tip as far above it as the
 * acquirer's contract lets a tip go. Null when it may.
 */
export function decideCapture(
  { amountMinor, tipMinor }: WantedCapture,
  { authorisedMinor, tipPercentMax }: { readonly authorisedMinor: number; readonly tipPercentMax: number },
): CaptureRefusal | null {
  if (!isAmountMinor(amountMinor)) return 'amount_invalid'
  if (!Number.isSafeInteger(tipMinor) || tipMinor < 0 || tipMinor > amountMinor) return 'amount_invalid'
  if (amountMinor - tipMinor > authorisedMinor) return 'capture_amount_above_authorised'
  return amountMinor > captureLimitMinor(authorisedMinor, tipPercentMax) ? 'tip_above_tolerance' : null
}

/** Rounded down: a host that rounds otherwise still takes it. */
export function captureLimitMinor(authorisedMinor: number, tipPercentMax: number): number {
  return authorisedMinor + Math.floor((authorisedMinor * tipPercentMax) / 100)
}
