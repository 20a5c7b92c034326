export { cardFacts, type ReceiptTags, receiptTags } from './card-facts.ts'
export { type ContactContext, type ContactDetails, contactDetails } from './contact.ts'
export { DEVICE_HEADER, type DeviceCredential, deviceCredential, requestText } from './device-request.ts'
export {
  type EnrolmentAnswer,
  enrolmentAnswer,
  type EnrolmentRequest,
  enrolmentRequest,
} from './enrolment.ts'
export { errorAnswer, type ErrorBody, type ErrorCode, errorTable, isErrorCode } from './error-table.ts'
export type { ErrorEntry } from './errors/error-entry.ts'
export {
  type DeviceStanding,
  deviceStanding,
  type FeedAnswer,
  feedAnswer,
  type OutcomeStatement,
  outcomeStatement,
} from './feed.ts'
export { type GenerationMark, generationMark } from './generation-mark.ts'
export {
  INTAKE_RECORDS_MAX,
  type IntakeAnswer,
  intakeAnswer,
  type IntakeReceipt,
  intakeReceipt,
  type IntakeRequest,
  intakeRequest,
  type Manifest,
  manifest,
  type Verdict,
} from './intake.ts'
export {
  DENIED_CARDS_MAX,
  kindTerms,
  type Lease,
  lease,
  liability,
  offeredMethods,
  offlineTerms,
  TIPS_OFFERED_MAX,
  tipSuggestions,
} from './lease.ts'
export {
  type AttemptStatement,
  attemptStatement,
  type OnlineAttemptAnswer,
  onlineAttemptAnswer,
  type OnlineAttemptRequest,
  onlineAttemptRequest,
} from './online-attempt.ts'
export { type OrderStatement, orderStatement } from './order.ts'
export { pingAnswer, type SignedTime, signedTime } from './ping.ts'
export type { Mode } from './primitives.ts'
export { PROTOCOL_VERSION } from './protocol-version.ts'
export type {
  BeginResult,
  CardRead,
  CompleteResult,
  OnlineAnswer,
  Reader,
  ReaderInfo,
  ReadFailure,
  ReadRequest,
} from './reader.ts'
export {
  type OfflineReason,
  offlineReasons,
  RECORD_HEADER_BYTES_MAX,
  RECORD_VERSION,
  type RecordHeader,
  recordHeader,
  type RecordKind,
  type RecordOf,
  recordTimes,
  type WireRecord,
  wireRecord,
} from './record.ts'
export {
  type CardSecrets,
  cardSecrets,
  SEAL_SCHEME,
  type SealContext,
  type SealedBlock,
  sealedBlock,
} from './sealed-block.ts'
export { type Signed, signed, type SigningContext, signingContexts } from './signed.ts'
export {
  type ServiceNotice,
  serviceNotice,
  type ServiceNotices,
  SERVICE_NOTICES_MAX,
  serviceNotices,
} from './service-notice.ts'
export { type TipStatement, tipStatement } from './tip.ts'
export { type ExportManifest, exportManifest, type QueueExport, queueExport } from './queue-export.ts'
