import { decodeTlv, type ReceivedCardRequest, responseCode as responseCodeFact } from '@holdfast/iso8583'

import type { Book } from './book.ts'
import { cardByPan, issuerDecision } from './cards.ts'
import type { AuthorisedLine } from './journal.ts'

export type Decision = Omit<AuthorisedLine, 'event' | 'atMs' | 'ids' | 'mti' | 'cardFingerprint'>

/** `observe`: a stale counter is only noted. `strict`: it is declined, unless the sale was stored and comes late. */
export type AtcRule = 'observe' | 'strict'

export type Funds = {
  /** Undefined: without limit. */
  readonly availableMinor: number | undefined
  readonly partialApprovals: boolean
}

/** What the issuer says to a sale that it hears of for the first time. */
export function decide(
  book: Book,
  request: ReceivedCardRequest,
  asked: {
    readonly cardFingerprint: string
    readonly atcRule: AtcRule
    readonly scripted?: { readonly responseCode: string; readonly approvedMinor?: number }
  },
): Decision {
  const { cardFingerprint, scripted } = asked
  const chip = chipFacts(book, request, cardFingerprint)
  if (scripted !== undefined) {
    const { responseCode, approvedMinor = request.amountMinor } = scripted
    if (responseCodeFact(responseCode).class !== 'approved')
      return { ...declineOf(request, responseCode), ...chip }
    return { ...approvalOf(book, request, { responseCode, amountMinor: approvedMinor }), ...chip }
  }
  const responseCode = issuerDecision(request.pan, request.deferred)
  if (responseCodeFact(responseCode).class !== 'approved')
    return { ...declineOf(request, responseCode), ...chip }
  if (chip.atcStale === true && asked.atcRule === 'strict' && !request.deferred) {
    return { ...declineOf(request, CARD_NOT_VERIFIED), ...chip }
  }
  const { availableMinor, partialApprovals } = fundsOf(book, request, cardFingerprint)
  if (availableMinor === undefined || availableMinor >= request.amountMinor) {
    const left = availableMinor === undefined ? {} : { availableMinor: availableMinor - request.amountMinor }
    const { amountMinor } = request
    return { ...approvalOf(book, request, { responseCode, amountMinor }), ...chip, ...left }
  }
  if (partialApprovals && availableMinor > 0) {
    const part = approvalOf(book, request, { responseCode: PARTLY_APPROVED, amountMinor: availableMinor })
    return { ...part, ...chip, availableMinor: 0 }
  }
  return { ...declineOf(request, NO_FUNDS), ...chip, availableMinor }
}

/** What is told when it is done is not asked: it may overdraw. */
export function accept(
  book: Book,
  request: Omit<ReceivedCardRequest, 'deferred'>,
  told: {
    readonly cardFingerprint: string
    readonly kind: 'card_approved' | 'voice'
    readonly responseCode: string
    readonly approvalCode?: string
  },
): Decision {
  const { cardFingerprint, ...facts } = told
  return {
    ...declineOf({ ...request, deferred: false }, told.responseCode),
    ...chipFacts(book, request, cardFingerprint),
    ...facts,
    outcome: 'approved',
  }
}

export function declineOf(request: ReceivedCardRequest, responseCode: string): Decision {
  return {
    kind: request.deferred ? 'deferred' : 'online',
    merchant: request.merchantId,
    amountMinor: request.amountMinor,
    currency: request.currencyNumeric,
    deferred: request.deferred,
    outcome: 'declined',
    responseCode,
    answeredMinor: request.amountMinor,
    chip: request.emv !== undefined,
  }
}

/** As set by hand, or else as the card table says for every currency. */
export function fundsOf(
  book: Book,
  { pan, currencyNumeric }: { readonly pan: string; readonly currencyNumeric: string },
  cardFingerprint: string,
): Funds {
  const set = book.account(cardFingerprint, currencyNumeric)
  const card = cardByPan(pan)
  const openingMinor = set === undefined ? card?.openingMinor : (set.openingMinor ?? undefined)
  const partialApprovals = set?.partialApprovals ?? card?.partialApprovals ?? false
  if (openingMinor === undefined) return { availableMinor: undefined, partialApprovals }
  return {
    availableMinor: openingMinor - book.chargedMinor(cardFingerprint, currencyNumeric),
    partialApprovals,
  }
}

const NO_FUNDS = '51'
const PARTLY_APPROVED = '10'
const CARD_NOT_VERIFIED = '82'

function approvalOf(
  book: Book,
  request: ReceivedCardRequest,
  { responseCode, amountMinor }: { readonly responseCode: string; readonly amountMinor: number },
): Decision {
  return {
    ...declineOf(request, responseCode),
    outcome: 'approved',
    approvalCode: approvalCodeOf(book.approvals()),
    answeredMinor: Math.min(request.amountMinor, amountMinor),
  }
}

/** Six digits that do not repeat within a million approvals: 7,919 shares no factor with 1,000,000. */
export function approvalCodeOf(approvalsBefore: number): string {
  return String((approvalsBefore * 7_919 + 104_729) % 1_000_000).padStart(6, '0')
}

function chipFacts(
  book: Book,
  { emv }: { readonly emv?: Uint8Array },
  cardFingerprint: string,
): Pick<Decision, 'atc' | 'atcStale'> {
  const atc = emv === undefined ? undefined : atcOf(emv)
  if (atc === undefined) return {}
  const highest = book.highestAtc(cardFingerprint)
  return { atc, ...(highest !== undefined && atc <= highest ? { atcStale: true } : {}) }
}

/** Tag 9F36, two bytes. */
function atcOf(emv: Uint8Array): number | undefined {
  const decoded = decodeTlv(emv)
  const value = decoded.ok ? decoded.items.find(({ tag }) => tag === '9F36')?.value : undefined
  return value?.length === 2 ? (value[0] ?? 0) * 256 + (value[1] ?? 0) : undefined
}
