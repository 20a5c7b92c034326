import { addStored, type Crypto, type Exposure, NO_EXPOSURE, NO_TIME_MARK, reserve } from '@holdfast/core'
import type { RecordHeader } from '@holdfast/protocol'
import { HEAD_REBUILD_PAGE } from '../limits.ts'
import { addToBacklog, NO_BACKLOG } from './backlog.ts'
import { totalOf } from './follow-ups.ts'
import { inspectRecord } from './inspect-record.ts'
import type { JournalHead, JournalStore, StoredRecord } from './journal-store.ts'
import { keptNames, parseFeedCursor, parseKeptLease } from './kept-values.ts'
import { isAtRisk } from './payment-parts.ts'
import type { StoredPayment } from './stored-payment.ts'

export interface RebuiltHead {
  readonly head: Omit<JournalHead, 'version'>
  /** False when the newest record is damaged too, or there is none: a record after it might fork the chain. */
  readonly sound: boolean
}

/**
 * What the head row would say, out of the records and payments: the chain's end, what waits, what holds a place in the
 * limits. Where something is not known it is taken as strictly as it can be: the last contact is that of the lease, and
 * the window of the first stored payment runs from the oldest that is undecided.
 */
export async function rebuildHead(store: JournalStore, crypto: Crypto): Promise<RebuiltHead> {
  let backlog = NO_BACKLOG
  let last: { row: StoredRecord; header: RecordHeader | null } | null = null
  let highWaterMs = 0
  for (let afterSeq = 0; ;) {
    const rows = await store.records({ afterSeq, limit: HEAD_REBUILD_PAGE })
    for (const row of rows) {
      const inspected = await inspectRecord(crypto, row)
      const header = inspected.sound ? inspected.header : null
      if (header !== null) {
        highWaterMs = Math.max(highWaterMs, header.times.nowMs)
        if (row.verdict === null) backlog = addToBacklog(backlog, header)
      }
      last = { row, header }
      afterSeq = row.seq
    }
    if (rows.length < HEAD_REBUILD_PAGE) break
  }
  const lease = parseKeptLease(await store.value(keptNames.lease))
  const contactMs = lease?.issuedAtMs ?? null
  return {
    sound: (last?.header ?? null) !== null,
    head: {
      epoch: last?.header?.epoch ?? '',
      seq: last?.row.seq ?? 0,
      hash: last?.row.hash ?? '',
      exposure: await exposureOf(store),
      time: { ...NO_TIME_MARK, highWaterMs: Math.max(highWaterMs, contactMs ?? 0), contactMs },
      // Of no boot: the time counts on from the mark, as after a restart of the machine.
      timeBase: { boot: '', monotonicMs: 0, contactBoot: null },
      forwardedSeq: 0,
      // Which verdicts are those of the gateway's present generation is not known: all is told again, and in doubt.
      resendSeq:
        (parseFeedCursor(await store.value(keptNames.feed))?.generation ?? 1) === 1
          ? 0
          : (last?.row.seq ?? 0),
      backlog,
    },
  }
}

async function exposureOf(store: JournalStore): Promise<Exposure> {
  const states = ['OPEN', 'QUEUED', 'UPLOADED', 'FAILED_TO_UPLOAD'] as const
  let exposure = NO_EXPOSURE
  let firstStoredMs: number | null = null
  for (let beforeId: string | undefined; ;) {
    const page = { states, limit: HEAD_REBUILD_PAGE }
    const payments: StoredPayment[] = await store.payments(
      beforeId === undefined ? page : { ...page, beforeId },
    )
    for (const payment of payments) {
      if (payment.state === 'OPEN' && payment.reserved) exposure = reserve(exposure, payment.money)
      if (!isAtRisk(payment)) continue
      exposure = addStored(exposure, payment.offlineKind, totalOf(payment), payment.acceptedMs)
      firstStoredMs = Math.min(firstStoredMs ?? payment.acceptedMs, payment.acceptedMs)
    }
    if (payments.length < HEAD_REBUILD_PAGE) return { ...exposure, firstStoredMs }
    beforeId = payments.at(-1)?.paymentId
  }
}
