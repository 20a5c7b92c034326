import type { JournalReads } from './journal-step.ts'
import type { JournalChange } from './journal-store.ts'
import type { StoredPayment } from './stored-payment.ts'

/**
 * The rows of the sales in hand, as this process has committed them. They are as of the head that it knows: a step that
 * is built on them is committed only over that very head, so a row that another process has changed is found out there.
 */
export class OpenSales {
  readonly #rows = new Map<string, StoredPayment>()

  /** The store, except for what is known; tells when it is asked. */
  reads(store: JournalReads, onStore: () => void): JournalReads {
    const asked = <Query, Rows>(read: (query: Query) => Promise<Rows>) => {
      return (query: Query) => {
        onStore()
        return read(query)
      }
    }
    const payment = asked((paymentId: string) => store.payment(paymentId))
    return {
      payment: (paymentId) => {
        const known = this.#rows.get(paymentId)
        return known === undefined ? payment(paymentId) : Promise.resolve(known)
      },
      payments: asked((query) => store.payments(query)),
      records: asked((query) => store.records(query)),
      value: asked((name) => store.value(name)),
    }
  }

  /** Committed. What is not open any more is read when it is needed. */
  note({ payments }: JournalChange): void {
    for (const payment of payments) {
      if (payment.state === 'OPEN') this.#rows.set(payment.paymentId, payment)
      else this.#rows.delete(payment.paymentId)
    }
  }

  /** Another process may have moved the head. */
  forget(): void {
    this.#rows.clear()
  }
}
