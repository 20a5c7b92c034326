import type { Crypto } from '@holdfast/core'
import { DamagedHead, type JournalHead, type JournalStore } from './journal-store.ts'
import type { JournalState } from './journal-step.ts'
import {
  keptNames,
  parseEnrolment,
  parseFeedCursor,
  parseFrozen,
  parseKeptLease,
  parseLocalLimits,
  parsePrunedSeq,
} from './kept-values.ts'
import { rebuildHead } from './rebuild-head.ts'

export async function readState(store: JournalStore, head: JournalHead): Promise<Omit<JournalState, 'time'>> {
  const enrolment = parseEnrolment(await store.value(keptNames.enrolment))
  const lease = parseKeptLease(await store.value(keptNames.lease))
  const feed = parseFeedCursor(await store.value(keptNames.feed))
  const local = parseLocalLimits(await store.value(keptNames.local))
  const frozen = parseFrozen(await store.value(keptNames.frozen))
  const prunedSeq = parsePrunedSeq(await store.value(keptNames.pruned))
  if (enrolment === null || lease === null) throw new Error('The journal has lost its enrolment or lease')
  return { head, enrolment, lease, local, feed, frozen, prunedSeq }
}

/** The head, or one that was built in its place: `sound` when the chain may go on from it. */
export async function readHead(deps: {
  readonly store: JournalStore
  readonly crypto: Crypto
}): Promise<{ head: JournalHead; sound: boolean } | null> {
  const { store, crypto } = deps
  try {
    const head = await store.head()
    return head === null ? null : { head, sound: true }
  } catch (error) {
    if (!(error instanceof DamagedHead)) throw error
  }
  const rebuilt = await rebuildHead(store, crypto)
  if (rebuilt.sound && store.repairHead !== undefined) {
    await store.repairHead(rebuilt.head)
    const head = await store.head()
    if (head !== null) return { head, sound: true }
  }
  return { head: { ...rebuilt.head, version: 0 }, sound: false }
}
