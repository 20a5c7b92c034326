export { advance, type Advance } from './advance.ts'
export { assert, must, unreachable } from './assert.ts'
export {
  advanceIncrement,
  type Increment,
  type IncrementEvent,
  type IncrementParent,
  type IncrementRefusal,
  type IncrementReversalReason,
  isIncrementOpen,
  nextIncrementStep,
  refuseIncrement,
} from './increment.ts'
export {
  type Answer,
  type Attempt,
  type AttemptFacts,
  type AttemptResult,
  attemptResult,
  type AttemptState,
  PART_APPROVED,
  type Reversal,
  type ReversalReason,
  type Sending,
  UNKNOWN_STAN,
} from './attempt.ts'
export { type AuthoriserRules, type AuthoriserStep, isBlind, nextStep } from './authoriser-step.ts'
export { nextBusinessDayMs } from './business-day.ts'
export { concatBytes, fromBase64Url, fromHex, toBase64Url, toHex } from './bytes.ts'
export {
  type CardBrand,
  cardBrands,
  type CardFacts,
  type CardholderVerification,
  cardholderVerifications,
  type CryptogramType,
  cryptogramTypes,
  type EntryMode,
  entryModes,
} from './card.ts'
export { type AbortLike, type Clock, sleep } from './clock.ts'
export type { AesGcmInput, Crypto, SigningKey, X25519Pair } from './crypto.ts'
export {
  addStored,
  atRisk,
  type Exposure,
  NO_EXPOSURE,
  type OfflineKind,
  offlineKinds,
  releaseReservation,
  releaseStored,
  reserve,
  type Tally,
  type TallyByCurrency,
  tallyOf,
} from './exposure.ts'
export {
  advanceDispute,
  type DisputeEvent,
  type DisputeRefusal,
  type DisputeState,
  disputeTerms,
  isHeld,
} from './dispute.ts'
export {
  captureFeeMinor,
  disputeFeeMinor,
  type FeeFacts,
  type FeeRule,
  type FeeSchedule,
  NO_FEES,
} from './fee.ts'
export { idDigits, type IdPrefix, type IdSource, isId, newId } from './ids.ts'
export { type LedgerAccount, ledgerAccounts, type LedgerLine, ledgerLines } from './ledger.ts'
export {
  AMOUNT_MINOR_MAX,
  currencies,
  type Currency,
  currencyExponent,
  currencyNumber,
  isAmountMinor,
  isCurrency,
  type Money,
} from './money.ts'
export { type MethodRefusal, methodRefusal, type OfferedMethods, offeredModes } from './offered-methods.ts'
export { OFFLINE_AMOUNT_MAX_MINOR } from './offline-amount-max.ts'
export {
  admitOffline,
  type CardAnswer,
  type CardUse,
  type Consent,
  decideOffline,
  type OfflineDecision,
  type OfflineNeed,
  offlineNeeds,
  type OfflineRefusal,
  type SaleTerms,
} from './offline-policy.ts'
export {
  type AmountLimits,
  type DeviceTotals,
  isLower,
  type KindTerms,
  type Liability,
  type ListedReader,
  type LocalOfflineLimits,
  lowerTerms,
  NO_LOCAL_LIMITS,
  type OfflineTerms,
  type PerCardTerms,
  type WindowAnchor,
} from './offline-terms.ts'
export { acceptanceEndsMs, type OfflineClock, uploadUntilMs } from './offline-windows.ts'
export {
  type AcceptedBy,
  approvedMinorOf,
  type CaptureMethod,
  captureMethods,
  claimedAttempt,
  type DeviceWord,
  type GivenUp,
  type GiveUpReason,
  giveUpReasons,
  holdsOnly,
  isAdvice,
  isQuiet,
  isSettled,
  isWanted,
  mayBeIncremented,
  presentationOf,
  type PaymentStatus,
  type PaymentStory,
  statusOf,
} from './payment-story.ts'
export {
  advancePresentment,
  presentationNumber,
  type Presentment,
  type PresentmentEvent,
  type PresentmentSending,
} from './presentment.ts'
export type { MessageReversal, MessageSending } from './message-sending.ts'
export { captureLimitMinor, type CaptureRefusal, decideCapture } from './capture.ts'
export { advancePayout, type PayoutEvent, type PayoutRefusal, type PayoutState } from './payout.ts'
export {
  capturePosting,
  disputeLostPosting,
  disputeOpenedPosting,
  disputeWonPosting,
  fundingPosting,
  payoutFailedPosting,
  payoutPosting,
  refundFailedPosting,
  refundPosting,
  refundPresentedPosting,
} from './posting.ts'
export {
  admitRefund,
  advanceRefund,
  type RefundAdmission,
  type RefundEvent,
  type RefundFailure,
  type RefundParent,
  type RefundRefusal,
  type RefundState,
} from './refund.ts'
export type { CancelReason, StoryEvent, StoryRefusal } from './story-event.ts'
export { READER_UNSEEN_MAX_MS, readerMayGoOffline, type ReaderRefusal } from './reader-may-go-offline.ts'
export {
  type ClockReading,
  type ClockTrust,
  clockTrusts,
  markContact,
  NO_TIME_MARK,
  raiseMark,
  type TimeMark,
  trustedNowMs,
} from './trusted-time.ts'
export { type TipChoice, tipChoices, type TipSuggestions } from './tip-choices.ts'
export {
  advanceOrder,
  type Order,
  type OrderEvent,
  type OrderState,
  orderStateOf,
  orderStates,
} from './order.ts'
