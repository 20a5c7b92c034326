export type { Chargeback, JournalEntry } from './book.ts'
export { cardByPan, isLuhnValid, issuerDecision, TEST_CARDS, type TestCard } from './cards.ts'
export { createFingerprint } from './fingerprint.ts'
export type { Account, ChargebackOrder, ChargebackRefusal, HostDesk } from './host-desk.ts'
export { createHost, type Host, type HostDeps, type HostReply } from './host.ts'
export {
  type AskedAgainLine,
  type AuthorisedLine,
  type BalanceSetLine,
  type BatchClosedLine,
  type BatchIds,
  type ChargedBackLine,
  type ClockAdvancedLine,
  type CompletedLine,
  type Journal,
  type JournalLine,
  memoryJournal,
  type ReversedLine,
  type SaleKind,
  type TransactionIds,
  type TransactionLine,
} from './journal.ts'
export { Script, type ScriptAction, type ScriptMatch, type ScriptRule } from './script.ts'
