import { atRisk } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { recordHeader } from '@holdfast/protocol'
import type { Journal } from '../journal/journal.ts'
import type { JournalStore, StoredRecord } from '../journal/journal-store.ts'
import { DEADLINE_READ_RECORDS, DEADLINE_SCAN_RECORDS } from '../limits.ts'

/**
 * When the stored payment that has waited longest must be with the gateway. Found by reading on from the mark of what
 * is forwarded, and only when that mark or the backlog moved: a sale behind the oldest one changes nothing.
 */
export class DeadlineWatch {
  readonly #journal: Journal
  readonly #store: JournalStore
  readonly #onChange: () => void
  #deadlineMs: number | null = null
  #looked = ''
  #looking = false

  constructor(deps: { journal: Journal; store: JournalStore; onChange: () => void }) {
    this.#journal = deps.journal
    this.#store = deps.store
    this.#onChange = deps.onChange
  }

  /** Device time; null when nothing waits, or when it is not known. */
  get deadlineMs(): number | null {
    return this.#deadlineMs
  }

  /** The head has moved. */
  look(): void {
    if (this.#looking) return
    const place = this.#place()
    if (place === this.#looked) return
    this.#looking = true
    void this.#find(place)
  }

  /** Everything that can change which payment is the oldest one that waits. */
  #place(): string {
    const { head } = this.#journal.state
    if (!isAnythingStored(head.exposure) || head.backlog.count === 0) return ''
    return `${head.forwardedSeq}/${head.backlog.voids}`
  }

  async #find(place: string): Promise<void> {
    const deadlineMs = place === '' ? null : await this.#oldest().catch(() => null)
    this.#looking = false
    this.#looked = place
    if (deadlineMs !== this.#deadlineMs) {
      this.#deadlineMs = deadlineMs
      this.#onChange()
    }
    if (this.#place() !== place) this.look()
  }

  async #oldest(): Promise<number | null> {
    const { head } = this.#journal.state
    let afterSeq = head.forwardedSeq
    while (afterSeq < head.forwardedSeq + DEADLINE_SCAN_RECORDS) {
      const rows = await this.#store.records({ afterSeq, limit: DEADLINE_READ_RECORDS })
      for (const row of rows) {
        afterSeq = row.seq
        const paymentId = storedIn(row)
        const payment = paymentId === null ? null : await this.#store.payment(paymentId)
        if (payment?.state === 'QUEUED') return payment.uploadUntilMs
      }
      if (rows.length < DEADLINE_READ_RECORDS) return null
    }
    return null
  }
}

function isAnythingStored(exposure: Parameters<typeof atRisk>[0]): boolean {
  return Object.values(atRisk(exposure)).some(({ count }) => count > 0)
}

/** The payment that this record accepted offline, if it did and has no verdict yet. */
function storedIn({ verdict, wire }: StoredRecord): string | null {
  if (verdict !== null || !wire.header.includes('"payment.accepted"')) return null
  const parsed = recordHeader.safeParse(parseJson(wire.header))
  if (!parsed.success || parsed.data.kind !== 'payment.accepted') return null
  return parsed.data.decision.via === 'offline' ? parsed.data.payment : null
}
