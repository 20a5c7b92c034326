import { parseJson } from '@holdfast/envelope'
import { recordHeader } from '@holdfast/protocol'
import type { Built, JournalState, JournalStep } from '../journal/journal-step.ts'
import type { Backlog, JournalStore } from '../journal/journal-store.ts'
import { acceptedOf, factsOf, storedOf } from '../journal/payment-parts.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { isVoidReason } from '../journal/void-draft.ts'
import { LIST_LIMIT_MAX } from '../limits.ts'

/** A record of this device that is not what was written, or not there at all. */
export interface Damage {
  readonly seq: number
  readonly code: 'record_corrupt' | 'record_missing'
}

interface Loaded {
  /** Payments whose acceptance was one of these records. */
  readonly accepted: readonly StoredPayment[]
  /** Payments whose void may have been one of them. */
  readonly voided: readonly Extract<StoredPayment, { state: 'VOIDED' }>[]
  /** Records that are there, so that the verdict can be written beside them. */
  readonly present: ReadonlySet<number>
}

/**
 * Sets damaged records apart, so that what stands behind them is sent: they are kept, their payments are shown as failed
 * to upload, and a void that may have been lost is said again, for a payment that was taken back must not be charged.
 */
export function quarantine(damages: readonly Damage[]): JournalStep<Loaded, readonly StoredPayment[]> {
  const codes = new Map(damages.map(({ seq, code }) => [seq, code]))
  return {
    load: (store) => loadConcerned(store, [...codes.keys()]),
    build({ head }, { accepted, voided, present }): Built<readonly StoredPayment[]> {
      const changed: StoredPayment[] = []
      let { backlog } = head
      for (const payment of accepted) {
        backlog = takeMoney(backlog, payment)
        if (payment.state !== 'QUEUED') continue
        const code = codes.get(payment.recordSeq) ?? 'record_missing'
        const parts = { ...factsOf(payment), ...acceptedOf(payment), ...storedOf(payment) }
        changed.push({ ...parts, state: 'FAILED_TO_UPLOAD', code })
      }
      const verdicts = damages.flatMap(({ seq, code }) =>
        present.has(seq) ? [{ seq, verdict: { verdict: 'parked' as const, code } }] : [],
      )
      const records = voided.flatMap(({ saleId, paymentId, reason }) =>
        isVoidReason(reason)
          ? [
              {
                body: { kind: 'payment.voided', sale: saleId, payment: paymentId, reason } as const,
                sealed: null,
              },
            ]
          : [],
      )
      if (changed.length + verdicts.length + records.length === 0) return { do: 'nothing', value: changed }
      const draft = { verdicts, records, backlog, payments: () => changed }
      return { do: 'commit', value: changed, draft }
    },
  }
}

type Reads = Pick<JournalStore, 'payments' | 'records'>

async function loadConcerned(store: Reads, seqs: readonly number[]): Promise<Loaded> {
  const wanted = new Set(seqs)
  const waiting = await allPayments(store, ['QUEUED', 'ACCEPTED_ONLINE'])
  const accepted = waiting.filter((payment) => 'recordSeq' in payment && wanted.has(payment.recordSeq))
  for (const payment of accepted) if ('recordSeq' in payment) wanted.delete(payment.recordSeq)
  const windows = await Promise.all([...wanted].map((seq) => windowOf(store, seq)))
  const candidates = windows.length === 0 ? [] : await allPayments(store, ['VOIDED'])
  const voided = candidates.filter(
    (payment) =>
      payment.state === 'VOIDED' &&
      windows.some(({ fromMs, toMs }) => payment.voidedMs >= fromMs && payment.voidedMs <= toMs),
  )
  const present = new Set<number>()
  for (const seq of seqs) {
    const [row] = await store.records({ afterSeq: seq - 1, limit: 1 }).catch(() => [])
    if (row?.seq === seq && row.verdict === null) present.add(seq)
  }
  return { accepted, voided: voided.filter((payment) => payment.state === 'VOIDED'), present }
}

/** When the record in this place was written: between its neighbours. */
async function windowOf(store: Reads, seq: number): Promise<{ fromMs: number; toMs: number }> {
  const timeOf = async (at: number) => {
    const [row] = await store.records({ afterSeq: at - 1, limit: 1 }).catch(() => [])
    const parsed = row?.seq === at ? recordHeader.safeParse(parseJson(row.wire.header)) : null
    return parsed?.success === true ? parsed.data.times.nowMs : null
  }
  return {
    fromMs: (await timeOf(seq - 1)) ?? 0,
    toMs: (await timeOf(seq + 1)) ?? Number.POSITIVE_INFINITY,
  }
}

async function allPayments(
  store: Reads,
  states: readonly StoredPayment['state'][],
): Promise<StoredPayment[]> {
  const found: StoredPayment[] = []
  for (;;) {
    const beforeId = found.at(-1)?.paymentId
    const page = { states, limit: LIST_LIMIT_MAX }
    const payments = await store.payments(beforeId === undefined ? page : { ...page, beforeId })
    found.push(...payments)
    if (payments.length < LIST_LIMIT_MAX) return found
  }
}

function takeMoney(backlog: Backlog, { money }: StoredPayment): Backlog {
  const sumMinor = (backlog.sums[money.currency] ?? 0) - money.amountMinor
  return {
    ...backlog,
    count: Math.max(0, backlog.count - 1),
    sums: { ...backlog.sums, [money.currency]: Math.max(0, sumMinor) },
  }
}

/** Places between two records that were read, and behind the last one, that nobody has pruned. */
export function missingIn(
  seqs: readonly number[],
  { afterSeq, throughSeq, state }: { afterSeq: number; throughSeq: number; state: JournalState },
): number[] {
  const there = new Set(seqs)
  const missing: number[] = []
  for (let seq = Math.max(afterSeq, state.prunedSeq) + 1; seq <= throughSeq; seq += 1) {
    if (!there.has(seq)) missing.push(seq)
  }
  return missing
}
