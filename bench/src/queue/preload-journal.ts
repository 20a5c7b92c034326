import { addStored } from '@holdfast/core'
import type { JournalHead, JournalStore, StoredPayment, StoredRecord } from '@holdfast/sdk'

/**
 * Copies of a real payment with its two records, each with ids of its own, in large commits: the same rows and indexes
 * as so many sales leave behind, made in seconds. The copies' signatures are of no use, so they must never be sent.
 */
export async function preloadJournal(store: JournalStore, count: number): Promise<void> {
  const [template] = await store.payments({ limit: 1, states: ['QUEUED'] })
  if (template?.state !== 'QUEUED') throw new Error('a payment must be stored first')
  const records = await store.records({ afterSeq: template.recordSeq - 2, limit: 2 })
  for (let done = 0; done < count; done += COPIES_PER_COMMIT) {
    const head = await store.head()
    if (head === null) throw new Error('the journal was founded')
    const copies = Math.min(COPIES_PER_COMMIT, count - done)
    await commitCopies(store, head, { template, records, first: done, copies })
  }
}

const COPIES_PER_COMMIT = 500

type Queued = Extract<StoredPayment, { state: 'QUEUED' }>

async function commitCopies(
  store: JournalStore,
  head: JournalHead,
  batch: { template: Queued; records: readonly StoredRecord[]; first: number; copies: number },
): Promise<void> {
  const { template, records, first, copies } = batch
  const append: StoredRecord[] = []
  const payments: StoredPayment[] = []
  let { seq, hash, exposure } = head
  for (let copy = 0; copy < copies; copy += 1) {
    // Older than every real id, as what was stored before is.
    const paymentId = `pi_${String(first + copy).padStart(24, '0')}`
    for (const record of records) {
      seq += 1
      hash = seq.toString(16).padStart(64, '0')
      const header = record.wire.header.replaceAll(template.paymentId, paymentId)
      append.push({ seq, hash, wire: { ...record.wire, header }, verdict: null })
    }
    payments.push({ ...template, paymentId, recordSeq: seq, recordHash: hash, sealedSeqs: [seq] })
    exposure = addStored(exposure, template.offlineKind, template.money, template.acceptedMs)
  }
  const { count, sums, voids } = head.backlog
  const eur = (sums.eur ?? 0) + copies * template.money.amountMinor
  const next = {
    ...head,
    version: head.version + 1,
    seq,
    hash,
    exposure,
    backlog: { count: count + copies, sums: { ...sums, eur }, voids },
  }
  const nothing = { verdicts: [], erase: [], values: {} }
  const committed = await store.commit(head.version, { head: next, append, payments, ...nothing })
  if (committed !== 'committed') throw new Error('somebody else writes to this journal')
}
