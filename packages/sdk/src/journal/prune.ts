import { parseJson } from '@holdfast/envelope'
import { outcomeStatement, type RecordHeader, recordHeader } from '@holdfast/protocol'
import { KEEP_DURABLE_MS, KEEP_SETTLED_MS, PRUNE_RECORDS } from '../limits.ts'
import type { Built, JournalState, JournalStep } from './journal-step.ts'
import type { StoredRecord } from './journal-store.ts'
import { withoutSales } from './kept-orders.ts'
import { keptNames, saleKeyName } from './kept-values.ts'
import type { StoredPayment } from './stored-payment.ts'

interface Loaded {
  readonly rows: readonly { readonly row: StoredRecord; readonly header: RecordHeader | null }[]
  readonly payments: ReadonlyMap<string, StoredPayment>
}

/**
 * Deletes what is settled and with the gateway for good, oldest first (MP12). Everything up to `durableSeq` survives
 * the loss of the gateway's disk; what is not covered stays for a week after its outcome. A pass ends at the first
 * record that has to wait; what is kept for review stays where it is and is passed over. Answers whether it got on.
 */
export function prune(durableSeq: number): JournalStep<Loaded, boolean> {
  return {
    async load(store) {
      const prunedSeq = Number((await store.value(keptNames.pruned)) ?? 0)
      const found = await store.records({ afterSeq: prunedSeq, limit: PRUNE_RECORDS })
      const rows = found.map((row) => ({ row, header: headerOf(row) }))
      const payments = new Map<string, StoredPayment>()
      for (const { header } of rows) {
        if (header === null || !('payment' in header) || payments.has(header.payment)) continue
        const payment = await store.payment(header.payment)
        if (payment !== null) payments.set(payment.paymentId, payment)
      }
      return { rows, payments }
    },
    build(state, { rows, payments }): Built<boolean> {
      const seqs: number[] = []
      const paymentIds: string[] = []
      const unpaid = new Set<string>()
      const saleKeys: Record<string, null> = {}
      let throughSeq = state.prunedSeq
      for (const { row, header } of rows) {
        const payment = header !== null && 'payment' in header ? payments.get(header.payment) : undefined
        const fate = fateOf(state, durableSeq, { row, header, payment })
        if (fate === 'wait') break
        throughSeq = row.seq
        if (fate === 'keep') continue
        seqs.push(row.seq)
        if (header === null || payment === undefined || !closes(header, payment)) continue
        paymentIds.push(payment.paymentId)
        if (payment.state === 'VOIDED' || payment.state === 'FAILED_TO_PROCESS') unpaid.add(payment.paymentId)
        if (payment.saleKey !== undefined) saleKeys[saleKeyName(payment.saleKey)] = null
      }
      const gotOn = throughSeq > state.prunedSeq
      if (!gotOn && durableSeq <= state.durableSeq) return { do: 'nothing', value: false }
      const durable = { [keptNames.durable]: String(Math.max(durableSeq, state.durableSeq)) }
      const orders = withoutSales(state.orders, unpaid)
      const values = {
        ...saleKeys,
        ...durable,
        [keptNames.pruned]: String(throughSeq),
        ...(orders === state.orders ? {} : { [keptNames.orders]: JSON.stringify(orders) }),
      }
      return { do: 'commit', value: gotOn, draft: { prune: { seqs, paymentIds }, values } }
    },
  }
}

function fateOf(
  { head }: JournalState,
  durableSeq: number,
  found: { row: StoredRecord; header: RecordHeader | null; payment: StoredPayment | undefined },
): 'delete' | 'keep' | 'wait' {
  const { row, header, payment } = found
  // The newest record is what the next one continues.
  if (row.verdict === null || row.seq > head.forwardedSeq || row.seq >= head.seq) return 'wait'
  if (header === null || row.verdict.verdict === 'parked') return 'keep'
  // What is deleted is gone: only the gateway's own time counts, not a clock that has jumped since it was heard.
  const nowMs = head.time.contactMs ?? 0
  const keepMs = row.seq <= durableSeq ? KEEP_DURABLE_MS : KEEP_SETTLED_MS
  if (nowMs - header.times.nowMs < keepMs) return 'wait'
  if (payment === undefined) return 'delete'
  if (payment.state === 'FAILED_TO_UPLOAD') return 'keep'
  const settledMs = settledMsOf(payment)
  return settledMs === null || nowMs - settledMs < keepMs ? 'wait' : 'delete'
}

/** Null while the gateway's last word is still to come. */
function settledMsOf(payment: StoredPayment): number | null {
  switch (payment.state) {
    case 'VOIDED':
      return payment.voidedMs
    case 'PROCESSED':
    case 'FAILED_TO_PROCESS': {
      const parsed = outcomeStatement.safeParse(parseJson(payment.outcome.payload))
      return parsed.success ? parsed.data.atMs : null
    }
    case 'ACCEPTED_ONLINE':
      return payment.sealedSeqs.length === 0 ? payment.acceptedMs : null
    case 'OPEN':
    case 'QUEUED':
    case 'UPLOADED':
    case 'FAILED_TO_UPLOAD':
      return null
  }
}

/** The record with which the payment goes from the device. */
function closes(header: RecordHeader, payment: StoredPayment): boolean {
  if (header.kind === 'payment.voided') return payment.state === 'VOIDED'
  return header.kind === 'payment.accepted' && 'recordSeq' in payment && payment.recordSeq === header.seq
}

function headerOf(row: StoredRecord): RecordHeader | null {
  const parsed = recordHeader.safeParse(parseJson(row.wire.header))
  return parsed.success ? parsed.data : null
}
