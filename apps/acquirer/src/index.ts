export type { JournalEntry } from './book.ts'
export { cardByPan, isLuhnValid, issuerDecision, TEST_CARDS, type TestCard } from './cards.ts'
export { createFingerprint } from './fingerprint.ts'
export { createHost, type Host, type HostDeps, type HostReply } from './host.ts'
export {
  type AskedAgainLine,
  type AuthorisedLine,
  type Journal,
  type JournalLine,
  memoryJournal,
  type ReversedLine,
  type TransactionIds,
} from './journal.ts'
export { Script, type ScriptAction, type ScriptMatch, type ScriptRule } from './script.ts'
