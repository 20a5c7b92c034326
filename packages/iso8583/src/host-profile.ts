import { buildAuthorisationAdvice, parseAuthorisationAdviceAnswer } from './authorisation-advice.ts'
import { buildAuthorisationRequest, parseAuthorisationAnswer } from './authorisation-request.ts'
import type { AdviceAnswer, CardAdvice } from './card-advice.ts'
import type { CardAnswer, CardRequest } from './card-request.ts'
import { buildFinancialAdvice, parseFinancialAdviceAnswer } from './financial-advice.ts'
import { buildFinancialRequest, parseFinancialAnswer } from './financial-request.ts'
import type { Iso8583Message, Parsed } from './message.ts'
import type { WireProfile } from './profile.ts'
import type { RetryRules } from './retry-rules.ts'
import type { ReversalForm } from './reversal-advice.ts'

/** All in which one acquirer's contract differs from another's. Data: no code knows an acquirer by name. */
export type HostProfile = {
  readonly name: string
  readonly wire: WireProfile
  /**
   * Which one message moves the money. `host_capture`: the approved 0200 and the accepted 0220 do, and 0500 compares.
   * `terminal_capture`: 0100 and 0120 only authorise, and the batch presents.
   */
  readonly settlement: 'host_capture' | 'terminal_capture'
  readonly reversal: ReversalForm
  readonly mac: HostMac
  /** How long an answer may take. */
  readonly answerTimeoutMs: number
  /** A repeat with the ids of the original is answered as the original was, and never decided anew. */
  readonly hostDeduplicates: boolean
  /** A message is known again by terminal and RRN, also under another STAN and local time. */
  readonly hostKnowsRrn: boolean
  /** After no answer: so many repeats where the host de-duplicates, then a reversal. */
  readonly repeatsMax: number
  readonly deferred: DeferredRules
  /** An advice is only ever refused technically; after so many tries a human looks at it. */
  readonly adviceTriesMax: number
  /** Whether an approval of a part (DE39 10) is taken; where not, it is reversed. */
  readonly partialApprovals: boolean
  /** How long after its approval a sale may still be captured; then the hold is given back. */
  readonly captureWithinMs: number
  /** By how much the captured amount may exceed the authorised one, per cent. */
  readonly tipPercentMax: number
  /** Beside and before the common table. */
  readonly retry: RetryRules
}

/** `key_change`: by 0800/101 after each sign-on. */
export type HostMac =
  | { readonly kind: 'none' }
  | { readonly kind: 'retail' | 'aes_cmac'; readonly keys: 'fixed' | 'key_change' }

export type DeferredRules = {
  /** From the sale: later, schemes want no authorisation any more, and nothing is sent. */
  readonly ageMaxMs: number
  /** From the sale: whoever waits this long is shown as at risk. */
  readonly warnAfterMs: number
}

/** Whether a sale is asked for by 0200, which takes the money, or by 0100, which holds it until it is captured. */
type Taking = 'take' | 'hold'

/** Does its contract take more on top of what is only held? */
export function takesIncrements({ wire }: HostProfile): boolean {
  return wire.incrementMark !== undefined
}

/** The MTI by which DE90 names a sale. */
export function saleMti({ settlement }: HostProfile, taking: Taking = 'take'): '0100' | '0200' {
  return settlement === 'host_capture' && taking === 'take' ? '0200' : '0100'
}

export function buildSaleRequest(
  host: HostProfile,
  request: CardRequest,
  taking: Taking = 'take',
): Iso8583Message {
  return saleMti(host, taking) === '0200'
    ? buildFinancialRequest(host.wire, request)
    : buildAuthorisationRequest(host.wire, request)
}

/** The link has matched it to its request, so its MTI is the one that answers that. */
export function parseSaleAnswer(message: Iso8583Message): Parsed<CardAnswer> {
  return message.mti === '0210' ? parseFinancialAnswer(message) : parseAuthorisationAnswer(message)
}

export function buildSaleAdvice(
  host: HostProfile,
  advice: CardAdvice,
  taking: Taking = 'take',
): Iso8583Message {
  return saleMti(host, taking) === '0200'
    ? buildFinancialAdvice(host.wire, advice)
    : buildAuthorisationAdvice(host.wire, advice)
}

export function parseSaleAdviceAnswer(message: Iso8583Message): Parsed<AdviceAnswer> {
  return message.mti === '0230'
    ? parseFinancialAdviceAnswer(message)
    : parseAuthorisationAdviceAnswer(message)
}
