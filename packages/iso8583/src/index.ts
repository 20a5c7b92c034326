export {
  type AuthorisationAnswer,
  type AuthorisationRequest,
  buildAuthorisationAnswer,
  buildAuthorisationRequest,
  parseAuthorisationAnswer,
  parseAuthorisationRequest,
  type ReceivedAuthorisationRequest,
} from './authorisation-request.ts'
export { decode, type Decoded, encode, EncodeError } from './codec.ts'
export { Deframer, frame, type FrameRefusal } from './framing.ts'
export type { Connection, Dialer, LinkClock } from './link-ports.ts'
export {
  AcquirerLink,
  type Exchange,
  type ExchangeOptions,
  LINK_LIMITS,
  type LinkLimits,
  type LinkOptions,
  type LinkState,
  type NoAnswer,
  type NotSent,
  type StateChangeReason,
} from './link.ts'
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
export type { FieldFormat, Framing, WireProfile } from './profile.ts'
export { bcdBinary1987 } from './profiles/bcd-binary-1987.ts'
export type { DecodeRefusal } from './read.ts'
export { RESPONSE_CODES, responseCode, type ResponseClass, type ResponseCodeFact } from './response-codes.ts'
export {
  buildReversalAdvice,
  buildReversalAnswer,
  closesReversal,
  type OriginalReference,
  parseReversalAdvice,
  parseReversalAnswer,
  type ReceivedReversalAdvice,
  type ReversalAdvice,
  type ReversalAnswer,
  type ReversalReason,
} from './reversal-advice.ts'
export type { SaleLocalTime } from './sale-time.ts'
export { decodeTlv, type DecodedTlv, encodeTlv, type TlvItem, type TlvRefusal } from './tlv.ts'
export { transmissionTime } from './transmission-time.ts'
