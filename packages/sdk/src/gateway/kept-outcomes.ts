import { parseJson } from '@holdfast/envelope'
import { recordHeader, type Signed } from '@holdfast/protocol'
import type { JournalStore, StoredRecord } from '../journal/journal-store.ts'

/**
 * What the gateway once said of the payments of this batch, where it is a gateway that may have forgotten: the records
 * up to `resendSeq` are with it for the second time. It adopts its own word instead of asking the issuer again (P7).
 */
export async function keptOutcomes(
  store: Pick<JournalStore, 'payment'>,
  batch: readonly StoredRecord[],
  resendSeq: number,
): Promise<Signed[]> {
  const outcomes: Signed[] = []
  for (const { seq, wire } of batch) {
    if (seq > resendSeq) continue
    const header = recordHeader.safeParse(parseJson(wire.header))
    if (!header.success || header.data.kind !== 'payment.accepted') continue
    const payment = await store.payment(header.data.payment)
    if (payment !== null && 'outcome' in payment && payment.outcome !== undefined)
      outcomes.push(payment.outcome)
  }
  return outcomes
}
