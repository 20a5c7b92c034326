import { DANGLING_SALES_MAX, DANGLING_SALES_PER_COMMIT } from '../limits.ts'
import type { JournalStep, Appended } from './journal-step.ts'
import type { JournalStore } from './journal-store.ts'
import type { StoredPayment } from './stored-payment.ts'
import { voidDraft } from './void-draft.ts'

/** What it needs of the journal. */
interface Appending {
  append<Loaded, Value>(step: JournalStep<Loaded, Value>): Promise<Appended<Value>>
  onMove(listener: () => void): () => void
}

/**
 * A sale that was open when the process ended is closed for ever, by a durable void: if its card was presented and
 * approved, the gateway reverses it. Called before this process can open a sale of its own. Where the disk does not
 * take the void now, it is tried again whenever the head has moved: until then the sale holds a place in the
 * limits, and perhaps an approval of the customer's money. Throws when the disk cannot even be read.
 */
export async function closeAbandoned(journal: Appending, store: JournalStore): Promise<void> {
  const payments = await store.payments({ states: ['OPEN'], limit: DANGLING_SALES_MAX })
  const open = payments.map(({ paymentId }) => paymentId)
  if (!(await closeAll(journal, open))) closeAtNextMove(journal, open)
}

function closeAtNextMove(journal: Appending, paymentIds: readonly string[]): void {
  const unsubscribe = journal.onMove(() => {
    unsubscribe()
    void closeAll(journal, paymentIds).then((closed) =>
      closed ? undefined : closeAtNextMove(journal, paymentIds),
    )
  })
}

/** False when the disk refused; what was closed before stays closed. */
async function closeAll(journal: Appending, paymentIds: readonly string[]): Promise<boolean> {
  for (let at = 0; at < paymentIds.length; at += DANGLING_SALES_PER_COMMIT) {
    const batch = paymentIds.slice(at, at + DANGLING_SALES_PER_COMMIT)
    const closed = await journal.append({
      load: async (reads) => {
        const open: StoredPayment[] = []
        for (const paymentId of batch) {
          const payment = await reads.payment(paymentId)
          if (payment?.state === 'OPEN') open.push(payment)
        }
        return open
      },
      build: (state, open) =>
        open.length === 0
          ? { do: 'nothing', value: null }
          : { do: 'commit', value: null, draft: voidDraft(state, open, 'abandoned') },
    })
    if (!closed.ok) return false
  }
  return true
}
