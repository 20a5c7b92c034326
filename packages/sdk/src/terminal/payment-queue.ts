import type { RunningDevice } from './start-device.ts'
import { LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX } from '../limits.ts'
import type { QueueQuery, Terminal } from './terminal-api.ts'
import { isQueued, type QueuedPayment, queuedPaymentOf, queueStatuses } from '../queue/queued-payment.ts'
import type { JournalStore } from '../journal/journal-store.ts'
import type { StoredPayment } from '../journal/stored-payment.ts'

/** What was stored on this device, as long as the device keeps it. */
export function paymentQueue(world: {
  readonly store: JournalStore
  readonly running: () => RunningDevice | null
  readonly safeToPowerOff: () => boolean
}): Terminal['queue'] {
  const { store, running, safeToPowerOff } = world

  function shown(payment: StoredPayment): QueuedPayment | null {
    const device = running()
    if (device === null || !isQueued(payment)) return null
    return queuedPaymentOf(payment, device.progressOf(payment.recordSeq))
  }

  async function list(query: QueueQuery = {}): Promise<QueuedPayment[]> {
    const here = running()?.device.journal.state.lease.location
    const { location = here, statuses = queueStatuses } = query
    const limit = Math.min(query.limit ?? LIST_LIMIT_DEFAULT, LIST_LIMIT_MAX)
    const found: QueuedPayment[] = []
    let { beforeId } = query
    for (;;) {
      const page = { limit: LIST_LIMIT_MAX, states: statuses }
      const payments = await store.payments(beforeId === undefined ? page : { ...page, beforeId })
      for (const payment of payments) {
        const queued = location === 'all' || payment.location === location ? shown(payment) : null
        if (queued !== null) found.push(queued)
        if (found.length === limit) return found
      }
      beforeId = payments.at(-1)?.paymentId
      if (payments.length < LIST_LIMIT_MAX) return found
    }
  }

  return {
    list,
    async get(paymentId) {
      const payment = await store.payment(paymentId)
      return payment === null ? null : shown(payment)
    },
    async flush() {
      await running()?.flush()
    },
    safeToPowerOff,
  }
}
