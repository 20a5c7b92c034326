import { parseJson } from '@holdfast/envelope'
import { recordHeader } from '@holdfast/protocol'
import { EXPIRED_PER_COMMIT } from '../limits.ts'
import type { Journal } from './journal.ts'
import type { JournalState } from './journal-step.ts'
import type { JournalStore, StoredRecord } from './journal-store.ts'
import type { StoredPayment } from './stored-payment.ts'
import { voidDraft } from './void-draft.ts'

/**
 * Closes what was not uploaded in time, where the lease says that late payments expire (SQ6): a durable void with its
 * own reason, never silence. Where the gateway has the payment already and only its answer was lost, the void reverses
 * it. Nothing is closed on this device's word about the time alone: the gateway must have spoken in this boot.
 */
export async function expireLate(journal: Journal, store: JournalStore): Promise<readonly StoredPayment[]> {
  const expired: StoredPayment[] = []
  if (!canExpire(journal.state)) return expired
  const { forwardedSeq, seq } = journal.state.head
  for (let afterSeq = forwardedSeq; afterSeq < seq; afterSeq += EXPIRED_PER_COMMIT) {
    const records = await store.records({ afterSeq, limit: EXPIRED_PER_COMMIT })
    const due = records.flatMap((record) => dueOf(record, journal.state.time.nowMs))
    const closed = await journal.append({
      load: async (reads) => {
        const rows = await Promise.all(due.map((paymentId) => reads.payment(paymentId)))
        return rows.flatMap((row) => (row === null ? [] : [row]))
      },
      build(state, rows) {
        const late = rows.filter((payment) => isDue(state, payment))
        if (late.length === 0) return { do: 'nothing', value: null }
        return { do: 'commit', value: null, draft: voidDraft(state, late, 'expired') }
      },
    })
    if (!closed.ok) return expired
    expired.push(...closed.payments)
  }
  return expired
}

function canExpire({ lease, time, head }: JournalState): boolean {
  const expires = Object.values(lease.kinds).some((rules) => rules.lateUpload === 'expire')
  return expires && time.trust === 'trusted' && head.backlog.count > 0
}

function dueOf({ wire, verdict }: StoredRecord, nowMs: number): string[] {
  if (verdict !== null || !wire.header.includes('"payment.accepted"')) return []
  const parsed = recordHeader.safeParse(parseJson(wire.header))
  if (!parsed.success || parsed.data.kind !== 'payment.accepted') return []
  const { decision, payment } = parsed.data
  return decision.via === 'offline' && nowMs >= decision.uploadUntilMs ? [payment] : []
}

function isDue({ lease, time }: JournalState, payment: StoredPayment): boolean {
  if (payment.state !== 'QUEUED' || time.trust !== 'trusted') return false
  return lease.kinds[payment.offlineKind]?.lateUpload === 'expire' && time.nowMs >= payment.uploadUntilMs
}
