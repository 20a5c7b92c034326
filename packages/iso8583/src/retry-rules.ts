import { RESPONSE_CODES, responseCode } from './response-codes.ts'

/**
 * What may follow an answer. Only `again` and `resolve` are for a machine; the others are advice for people, since a
 * stored payment that was declined is closed for its card.
 */
export type RetryRule =
  /** Asking again cannot help, or schemes forbid it. */
  | { readonly kind: 'never' }
  /** Could be approved at another time: at most `triesMax` in `withinMs`, the first after `afterMs`. */
  | {
      readonly kind: 'later'
      readonly triesMax: number
      readonly withinMs: number
      readonly afterMs: number
    }
  /** The issuer wants to be asked by telephone; its code then makes a voice approval. */
  | { readonly kind: 'call_issuer' }
  /** With the card at hand: PIN, chip instead of contactless, the right amount. */
  | { readonly kind: 'correct' }
  /** Nobody decided: the same sale by itself, with a new STAN, at most `triesMax` times, first after `afterMs`. */
  | { readonly kind: 'again'; readonly triesMax: number; readonly afterMs: number }
  /** The host does not know: repeat or reverse, as after no answer. */
  | { readonly kind: 'resolve' }

/** By DE39. */
export type RetryRules = { readonly [responseCode: string]: RetryRule }

const DAY_MS = 86_400_000

/** Where a profile is silent. */
export const RETRY_RULES: RetryRules = {
  ...Object.fromEntries(Object.keys(RESPONSE_CODES).map((code) => [code, ruleByClass(code)])),
  '01': { kind: 'call_issuer' },
  '02': { kind: 'call_issuer' },
  '13': { kind: 'correct' },
  '1A': { kind: 'correct' },
  '51': { kind: 'later', triesMax: 15, withinMs: 30 * DAY_MS, afterMs: DAY_MS },
  '55': { kind: 'correct' },
  '61': { kind: 'later', triesMax: 15, withinMs: 30 * DAY_MS, afterMs: DAY_MS },
  '65': { kind: 'correct' },
  '70': { kind: 'correct' },
}

/** A code in neither table answers, does not approve, and is not tried again. */
export function retryRule(rules: RetryRules, code: string): RetryRule {
  const own = Object.hasOwn(rules, code) ? rules[code] : undefined
  const common = Object.hasOwn(RETRY_RULES, code) ? RETRY_RULES[code] : undefined
  return own ?? common ?? { kind: 'never' }
}

function ruleByClass(code: string): RetryRule {
  switch (responseCode(code).class) {
    case 'approved':
    case 'declined':
      return { kind: 'never' }
    case 'retry_later':
      return { kind: 'again', triesMax: 20, afterMs: 1_000 }
    case 'unknown':
      return { kind: 'resolve' }
  }
}
