export type { TerminalDeps } from './device.ts'
export { Journal, type JournalDeps } from './journal/journal.ts'
export { type ApprovedPart, owedMinor } from './journal/partial-approval.ts'
export { MediumFull } from './journal/journal-store.ts'
export type {
  Backlog,
  JournalChange,
  JournalHead,
  JournalStore,
  PaymentQuery,
  RecordVerdict,
  StoredRecord,
  TimeBase,
} from './journal/journal-store.ts'
export type { Enrolment } from './journal/kept-values.ts'
export type {
  Accepted,
  FollowUps,
  NeverStored,
  StoredOffline,
  StoredPayment,
  StoredPaymentFacts,
  StoredPaymentState,
} from './journal/stored-payment.ts'
export { mayBeTipped } from './follow-ups/close-tip.ts'
export { tipOf, totalOf } from './journal/follow-ups.ts'
export { describeEvidence, type Evidence, type EvidenceFinding } from './outage/evidence.ts'
export type { Outage } from './outage/outage-of.ts'
export { ANSWER_BYTES_MAX, type Network, type NetworkAnswer, type NetworkRequest } from './network.ts'
export type { TillOrder } from './orders/till-order.ts'
export type { PaymentSettings } from './terminal/payment-settings.ts'
export type {
  CardPresentDetails,
  QueuedPayment,
  QueueFailure,
  QueueStatus,
  ReceiptDetails,
} from './queue/queued-payment.ts'
export type { ForwardProgress } from './gateway/forward-progress.ts'
export type { ConnectOptions, ReachableReader, ReaderConnection, ReaderDriver } from './reader-driver.ts'
export type { PlatformHints, ReachabilityTarget, TargetFinding } from './platform-hints.ts'
export { type Receipt, type ReceiptCopy, receiptOf, type ReceiptWording } from './terminal/receipt.ts'
export { createTerminal } from './terminal/terminal.ts'
export type { AvailableReader, DiscoveredReader } from './readers/found-reader.ts'
export type {
  CollectResult,
  ConfirmOptions,
  ConfirmResult,
  CreatePaymentIntent,
  CreateResult,
  IssuerWait,
  OfflineBehavior,
  PaymentIntent,
} from './sales/payment-intent.ts'
export type { QueueQuery, Terminal, TerminalSettings } from './terminal/terminal-api.ts'
export type { Refused } from './refused.ts'
export type { NetworkStatus, OfflineStatus, OfflineStatusDetails, TerminalEvent } from './terminal-events.ts'
export type { CarryApi, DeviceHealth, GuardRefused } from './terminal/carry-api.ts'
export { type ExportedQueue, exportQueue } from './carry/export-queue.ts'
export type { GuardAnswer, Pending } from './carry/guard.ts'
export type { ImportedQueue } from './carry/import-queue.ts'
