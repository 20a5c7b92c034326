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
export { describeEvidence, type Evidence, type EvidenceFinding } from './gateway/evidence.ts'
export type { Outage } from './gateway/outage-of.ts'
export { ANSWER_BYTES_MAX, type Network, type NetworkAnswer, type NetworkRequest } from './network.ts'
export type { TillOrder } from './orders/till-order.ts'
export type { PaymentSettings } from './payment-settings.ts'
export type {
  CardPresentDetails,
  ForwardProgress,
  QueuedPayment,
  QueueFailure,
  QueueStatus,
  ReceiptDetails,
} from './queue/queued-payment.ts'
export type {
  ConnectOptions,
  ReachableReader,
  ReaderConnection,
  ReaderDriver,
} from './readers/reader-driver.ts'
export type { PlatformHints, ReachabilityTarget, TargetFinding } from './platform-hints.ts'
export { type Receipt, type ReceiptCopy, receiptOf, type ReceiptWording } from './receipt.ts'
export { createTerminal } from './terminal.ts'
export type {
  AvailableReader,
  CollectResult,
  ConfirmOptions,
  ConfirmResult,
  CreatePaymentIntent,
  CreateResult,
  DiscoveredReader,
  IssuerWait,
  OfflineBehavior,
  PaymentIntent,
  QueueQuery,
  Refused,
  Terminal,
  TerminalSettings,
} from './terminal-api.ts'
export type { NetworkStatus, OfflineStatus, OfflineStatusDetails, TerminalEvent } from './terminal-events.ts'
export type { CarryApi, DeviceHealth, GuardRefused } from './carry/carry-api.ts'
export { type ExportedQueue, exportQueue } from './carry/export-queue.ts'
export type { GuardAnswer, Pending } from './carry/guard.ts'
export type { ImportedQueue } from './carry/import-queue.ts'
