import { parseJson } from '@holdfast/envelope'
import { type RecordHeader, recordHeader } from '@holdfast/protocol'
import { emptied, takeFromBacklog } from '../journal/backlog.ts'
import { readAround } from '../journal/inspect-record.ts'
import { generationMark } from '../journal/generation-mark.ts'
import type { JournalStep } from '../journal/journal-step.ts'
import { keepFrozen } from '../journal/kept-values.ts'
import type { JournalHead, RecordVerdict, StoredRecord } from '../journal/journal-store.ts'
import { acceptedOf, factsOf, storedOf } from '../journal/payment-parts.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { MARK_SCAN_RECORDS } from '../limits.ts'

export interface Marked {
  /** Stored payments that the gateway has now, or keeps for review: each is in here once. */
  readonly forwarded: readonly StoredPayment[]
  readonly parked: readonly { readonly code: string; readonly payment: string | null }[]
  /** True when this was the last stored payment that waited. */
  readonly drained: boolean
}

interface Loaded {
  readonly rows: readonly StoredRecord[]
  readonly payments: ReadonlyMap<string, StoredPayment>
  /** Everything from the mark up to here is in `rows`, or is not there. */
  readonly readSeq: number
}

/**
 * Writes down verdicts by seq, moves the payments they speak of, and raises the mark of what needs no sending, as far
 * as one read from `forwardedSeq` reaches. `answered`: what this run of the forwarder has had a verdict for, and of which
 * generation of the gateway; of an earlier one it raises nothing.
 */
export function markVerdicts(
  verdicts: ReadonlyMap<number, RecordVerdict>,
  answered: { readonly generation: number; readonly seqs: ReadonlySet<number> },
  forwardedSeq: number,
): JournalStep<Loaded, Marked> {
  return {
    async load(store) {
      const limit = Math.max(verdicts.size, MARK_SCAN_RECORDS)
      const headSeq = forwardedSeq + limit
      const rows = [...(await readAround(store, { afterSeq: forwardedSeq, limit, headSeq })).rows]
      const readSeq = rows.length < limit ? headSeq : (rows.at(-1)?.seq ?? headSeq)
      const known = new Set(rows.map((row) => row.seq))
      for (const seq of verdicts.keys()) {
        if (!known.has(seq)) rows.push(...(await store.records({ afterSeq: seq - 1, limit: 1 })))
      }
      const payments = new Map<string, StoredPayment>()
      for (const row of rows) {
        const header = verdicts.has(row.seq) ? headerOf(row) : null
        if (header?.kind !== 'payment.accepted') continue
        const payment = await store.payment(header.payment)
        if (payment !== null) payments.set(payment.paymentId, payment)
      }
      return { rows, payments, readSeq }
    },
    build({ feed, head, prunedSeq, time }, { rows, payments, readSeq }) {
      const fresh = rows.filter((row) => row.verdict === null && verdicts.has(row.seq))
      let { backlog } = head
      const changed: StoredPayment[] = []
      const parked: { code: string; payment: string | null }[] = []
      for (const row of fresh) {
        const verdict = verdicts.get(row.seq)
        const header = headerOf(row)
        if (verdict === undefined || header === null) continue
        const paymentId = 'payment' in header ? header.payment : null
        backlog = takeFromBacklog(backlog, header, payments.get(paymentId ?? '')?.money)
        if (verdict.verdict === 'parked') parked.push({ code: verdict.code ?? 'parked', payment: paymentId })
        const moved = moveByVerdict(payments.get(paymentId ?? ''), header, verdict)
        if (moved !== null) changed.push(moved)
      }
      const isOfNow = answered.generation === generationMark({ feed, head }).generation
      const seqs = isOfNow ? answered.seqs : new Set<number>()
      const forwardedSeq = raise(head, { rows, answered: seqs, goneSeq: Math.min(prunedSeq, readSeq) })
      if (forwardedSeq === head.seq) backlog = emptied(backlog)
      const drained = changed.length > 0 && backlog.count === 0
      const value = { forwarded: changed, parked, drained }
      if (fresh.length === 0 && forwardedSeq === head.forwardedSeq) return { do: 'nothing', value }
      const marks = fresh.flatMap(({ seq }) => {
        const verdict = verdicts.get(seq)
        return verdict === undefined ? [] : [{ seq, verdict }]
      })
      // The gateway knows another record in the place of one of ours: this journal is a copy, or was copied.
      const isFork = marks.some(({ verdict }) => verdict.code === 'record_fork')
      const values = isFork ? keepFrozen({ code: 'journal_forked', atMs: time.nowMs }) : {}
      return {
        do: 'commit',
        value,
        draft: { verdicts: marks, payments: () => changed, backlog, forwardedSeq, values },
      }
    },
  }
}

function moveByVerdict(
  payment: StoredPayment | undefined,
  header: RecordHeader,
  { verdict, code }: RecordVerdict,
): StoredPayment | null {
  if (payment === undefined || header.kind !== 'payment.accepted') return null
  if (payment.state !== 'QUEUED' && payment.state !== 'FAILED_TO_UPLOAD') return null
  const parts = { ...factsOf(payment), ...acceptedOf(payment), ...storedOf(payment) }
  if (verdict === 'received') return { ...parts, state: 'UPLOADED' }
  return { ...parts, state: 'FAILED_TO_UPLOAD', code: code ?? 'parked' }
}

/** Everything up to the answer has its verdict of the gateway as it is now. */
function raise(
  { forwardedSeq, resendSeq }: JournalHead,
  {
    rows,
    answered,
    goneSeq,
  }: { rows: readonly StoredRecord[]; answered: ReadonlySet<number>; goneSeq: number },
): number {
  const settled = new Set(answered)
  for (const row of rows) if (row.verdict !== null && row.seq > resendSeq) settled.add(row.seq)
  const present = new Set(rows.map((row) => row.seq))
  let seq = forwardedSeq
  // What was pruned is with the gateway for good.
  while (settled.has(seq + 1) || (seq < goneSeq && !present.has(seq + 1))) seq += 1
  return seq
}

function headerOf(row: StoredRecord): RecordHeader | null {
  const parsed = recordHeader.safeParse(parseJson(row.wire.header))
  return parsed.success ? parsed.data : null
}
