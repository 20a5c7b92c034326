export type { JournalEntry } from './journal-entry.ts'
export { cardByPan, isLuhnValid, issuerDecision, TEST_CARDS, type TestCard } from './cards.ts'
export type { Chargeback } from './chargeback-book.ts'
export type { ChargebackOrder, ChargebackRefusal } from './chargeback-desk.ts'
export { createFingerprint } from './fingerprint.ts'
export type { FundingFile, FundingItem } from './funding-book.ts'
export type { Account, HostDesk } from './host-desk.ts'
export type { HostReply } from './delivery.ts'
export { createHost, type Host, type HostDeps } from './host.ts'
export {
  type AskedAgainLine,
  type AuthorisedLine,
  type BalanceSetLine,
  type BatchClosedLine,
  type BatchIds,
  type ChargebackLine,
  type ClockAdvancedLine,
  type CompletedLine,
  type FundingTerms,
  type FundingTermsLine,
  type Journal,
  type JournalLine,
  memoryJournal,
  type ReversedLine,
  type SaleKind,
  type TransactionIds,
  type TransactionLine,
} from './journal.ts'
export { Script, type ScriptAction, type ScriptMatch, type ScriptRule } from './script.ts'
