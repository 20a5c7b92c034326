export type { AccountBalance } from './additional-amounts.ts'
export {
  buildAuthorisationAdvice,
  buildAuthorisationAdviceAnswer,
  parseAuthorisationAdvice,
  parseAuthorisationAdviceAnswer,
} from './authorisation-advice.ts'
export {
  type AuthorisationAnswer,
  type AuthorisationRequest,
  buildAuthorisationAnswer,
  buildAuthorisationRequest,
  parseAuthorisationAnswer,
  parseAuthorisationRequest,
  type ReceivedAuthorisationRequest,
} from './authorisation-request.ts'
export {
  type BatchUpload,
  buildBatchUpload,
  buildBatchUploadAnswer,
  parseBatchUpload,
  parseBatchUploadAnswer,
  type ReceivedBatchUpload,
} from './batch-upload.ts'
export type { AdviceAnswer, Advised, CardAdvice, ReceivedCardAdvice } from './card-advice.ts'
export type { CardAnswer, CardRequest, ReceivedCardRequest } from './card-request.ts'
export { decode, type Decoded, encode, EncodeError } from './codec.ts'
export {
  buildFinancialAdvice,
  buildFinancialAdviceAnswer,
  parseFinancialAdvice,
  parseFinancialAdviceAnswer,
} from './financial-advice.ts'
export {
  buildFinancialAnswer,
  buildFinancialRequest,
  type FinancialAnswer,
  type FinancialRequest,
  parseFinancialAnswer,
  parseFinancialRequest,
  type ReceivedFinancialRequest,
} from './financial-request.ts'
export { Deframer, frame, type FrameRefusal } from './framing.ts'
export type { BreakerLimits, BreakerState } from './circuit-breaker.ts'
export type { Connection, Dialer, LinkClock } from './link-ports.ts'
export {
  buildIncrementRequest,
  type IncrementRequest,
  isIncrement,
  parseIncrementRequest,
  type ReceivedIncrementRequest,
} from './increment-request.ts'
export { type LinkMac, LinkSession } from './link-session.ts'
export {
  type Exchange,
  type ExchangeOptions,
  type KeyChange,
  type LateAnswer,
  LINK_LIMITS,
  type LinkLimits,
  type LinkState,
  type NoAnswer,
  type NotSent,
  type StateChangeReason,
} from './link-types.ts'
export { matchKey, requestKey } from './exchange-key.ts'
export { AcquirerLink, type LinkOptions } from './link.ts'
export { checkMac, encodeWithMac, type MacCheck, type MacFunction } from './message-mac.ts'
export {
  answerMti,
  type BinaryFieldNumber,
  type FieldNumber,
  type Fields,
  type Iso8583Message,
  type Parsed,
  repeatOf,
  type TextFieldNumber,
} from './message.ts'
export {
  buildNetworkAnswer,
  buildNetworkRequest,
  NETWORK_CODES,
  type NetworkAnswer,
  type NetworkCode,
  type NetworkRequest,
  parseNetworkAnswer,
  parseNetworkRequest,
  type ReceivedNetworkRequest,
} from './network-management.ts'
export type { OriginalReference, ReceivedOriginalReference } from './original-data.ts'
export type { FieldFormat, Framing, PrivateFieldNumber, PrivateMark, WireProfile } from './profile.ts'
export { ascii1987 } from './profiles/ascii-1987.ts'
export { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
export { isRefund, PROCESSING_CODES } from './processing-code.ts'
export type { DecodeRefusal } from './read.ts'
export {
  type BatchTotals,
  buildReconciliationAnswer,
  buildReconciliationRequest,
  isInBalance,
  parseReconciliationAnswer,
  parseReconciliationRequest,
  type ReceivedReconciliationRequest,
  type ReconciliationAnswer,
  type ReconciliationRequest,
} from './reconciliation.ts'
export {
  buildRefundRequest,
  parseRefundRequest,
  type ReceivedRefundRequest,
  type RefundRequest,
} from './refund-request.ts'
export { RESPONSE_CODES, responseCode, type ResponseClass, type ResponseCodeFact } from './response-codes.ts'
export {
  buildReversalAdvice,
  buildReversalAnswer,
  closesReversal,
  parseReversalAdvice,
  parseReversalAnswer,
  type ReceivedReversalAdvice,
  type ReversalAdvice,
  type ReversalAnswer,
  type ReversalForm,
  type ReversalReason,
} from './reversal-advice.ts'
export type { SaleLocalTime } from './sale-time.ts'
export { decodeTlv, type DecodedTlv, encodeTlv, type TlvItem, type TlvRefusal } from './tlv.ts'
export { transmissionTime } from './transmission-time.ts'
export {
  buildSaleAdvice,
  buildSaleRequest,
  type DeferredRules,
  type HostMac,
  type HostProfile,
  parseSaleAdviceAnswer,
  parseSaleAnswer,
  saleMti,
  takesIncrements,
} from './host-profile.ts'
export { loadHostProfile, type LoadedProfile } from './load-host-profile.ts'
export { hostCapture } from './profiles/host-capture.ts'
export { terminalCapture } from './profiles/terminal-capture.ts'
export { RETRY_RULES, type RetryRule, retryRule, type RetryRules } from './retry-rules.ts'
export type { ShapeFault } from './shape.ts'
