export type { TerminalDeps } from './device.ts'
export { Journal, type JournalDeps } from './journal/journal.ts'
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
  NeverStored,
  StoredOffline,
  StoredPayment,
  StoredPaymentFacts,
  StoredPaymentState,
} from './journal/stored-payment.ts'
export { ANSWER_BYTES_MAX, type Network, type NetworkAnswer, type NetworkRequest } from './network.ts'
export { type Receipt, type ReceiptCopy, receiptOf, type ReceiptWording } from './receipt.ts'
export { createTerminal } from './terminal.ts'
export type {
  CollectResult,
  ConfirmResult,
  CreatePaymentIntent,
  CreateResult,
  NetworkStatus,
  OfflineBehavior,
  OfflineStatus,
  PaymentIntent,
  Refused,
  Terminal,
  TerminalEvent,
  TerminalSettings,
} from './terminal-api.ts'
