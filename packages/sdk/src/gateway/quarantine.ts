import { parseJson } from '@holdfast/envelope'
import { recordHeader } from '@holdfast/protocol'
import { takeMoney } from '../journal/backlog.ts'
import { readAround } from '../journal/inspect-record.ts'
import type { Built, JournalState, JournalStep } from '../journal/journal-step.ts'
import type { JournalStore } from '../journal/journal-store.ts'
import { acceptedOf, factsOf, storedOf } from '../journal/payment-parts.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'
import { isVoidReason } from '../journal/void-draft.ts'
import { HEAD_REBUILD_PAGE, LIST_LIMIT_MAX } from '../limits.ts'

/** A record of this device that is not what was written, or not there at all. */
export interface Damage {
  readonly seq: number
  readonly code: 'record_corrupt' | 'record_missing'
  /** The medium cannot read the place: nothing can be written beside it either. */
  readonly isUnreadable?: true
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
    load: (store) => loadConcerned(store, damages),
    build({ head }, { accepted, voided, present }): Built<readonly StoredPayment[]> {
      const changed: StoredPayment[] = []
      let { backlog } = head
      for (const payment of accepted) {
        backlog = takeMoney(backlog, payment.money)
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

async function loadConcerned(store: Reads, damages: readonly Damage[]): Promise<Loaded> {
  const wanted = new Set(damages.map(({ seq }) => seq))
  const waiting = await allPayments(store, ['QUEUED', 'ACCEPTED_ONLINE'])
  const accepted = waiting.filter((payment) => 'recordSeq' in payment && wanted.has(payment.recordSeq))
  for (const payment of accepted) if ('recordSeq' in payment) wanted.delete(payment.recordSeq)
  // Any other one may have been a void. Its time says nothing: a contact may have set the clock back beside it.
  const candidates = wanted.size === 0 ? [] : await allPayments(store, ['VOIDED'])
  const said = candidates.length === 0 ? new Set<string>() : await voidsSaid(store, wanted)
  const voided = candidates.filter(({ paymentId }) => !said.has(paymentId))
  const present = new Set<number>()
  for (const { seq, isUnreadable } of damages) {
    if (isUnreadable === true) continue
    // A read that fails now fails the step, so that it is tried again: else the place would be passed over unnamed.
    const [row] = await store.records({ afterSeq: seq - 1, limit: 1 })
    if (row?.seq === seq && row.verdict === null) present.add(seq)
  }
  return { accepted, voided: voided.filter((payment) => payment.state === 'VOIDED'), present }
}

/** Payments whose void stands in a record that is not damaged, neither now nor found to be earlier. */
async function voidsSaid(store: Reads, damaged: ReadonlySet<number>): Promise<ReadonlySet<string>> {
  const said = new Set<string>()
  for (let afterSeq = 0; ;) {
    const page = { afterSeq, limit: HEAD_REBUILD_PAGE, headSeq: Infinity }
    const { rows, unreadable } = await readAround(store, page)
    for (const { seq, wire, verdict } of rows) {
      if (damaged.has(seq) || verdict?.code === 'record_corrupt' || !wire.header.includes('"payment.voided"'))
        continue
      const parsed = recordHeader.safeParse(parseJson(wire.header))
      if (parsed.data?.kind === 'payment.voided') said.add(parsed.data.payment)
    }
    if (rows.length + unreadable.length < HEAD_REBUILD_PAGE) return said
    afterSeq = Math.max(afterSeq, rows.at(-1)?.seq ?? 0, ...unreadable)
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
