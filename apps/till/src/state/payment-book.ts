import type { StoredPayment, Terminal } from '@holdfast/sdk'
import type { Preferences } from '../platform/preferences.ts'
import type { Observable } from '../platform/observable.ts'
import { needsAttention, upsert } from './payment-view.ts'
import { restToPay } from './rest-to-pay.ts'
import { addNotice, type Notice, type TillState } from './till-state.ts'
import { tipAsideOf } from './tip-aside.ts'

const PAYMENTS_PER_PAGE = 25

export interface PaymentBook {
  /** The next page of older payments; the first call brings the newest. */
  readonly loadPage: () => Promise<void>
  readonly refresh: (paymentId: string) => Promise<void>
  readonly learn: (payment: StoredPayment) => void
  /** Says what became of a sale that was on the screen when the page died. */
  readonly tellInterruption: () => Promise<void>
}

/** The payments of this device as far as they were looked at, newest first. */
export function createPaymentBook(
  terminal: Terminal,
  preferences: Preferences,
  state: Observable<TillState>,
): PaymentBook {
  return {
    async loadPage() {
      const last = state.get().payments.at(-1)
      const before = last === undefined ? {} : { beforeId: last.paymentId }
      const page = await terminal.payments({ limit: PAYMENTS_PER_PAGE, ...before })
      state.set({
        payments: page.reduce(upsert, state.get().payments),
        olderPayments: page.length < PAYMENTS_PER_PAGE ? 'none' : 'some',
      })
    },
    async refresh(paymentId) {
      const payment = await terminal.payment(paymentId)
      if (payment !== null) state.set({ payments: upsert(state.get().payments, payment) })
    },
    learn(payment) {
      const { payments, notices } = state.get()
      const before = payments.find((each) => each.paymentId === payment.paymentId)
      const notice = newsOf(payment, before)
      const news = notice === null ? notices : addNotice(notices, notice)
      // An old payment that was not looked at yet would leave a hole in the pages.
      const last = payments.at(-1)
      const isOlder = before === undefined && last !== undefined && payment.paymentId < last.paymentId
      state.set({ payments: isOlder ? payments : upsert(payments, payment), notices: news })
    },
    async tellInterruption() {
      const paymentId = preferences.openSale()
      if (paymentId === null) return
      const payment = await terminal.payment(paymentId)
      preferences.rememberOpenSale(null)
      if (payment === null || payment.state === 'OPEN') return
      const rest = restToPay(payment)
      const type = payment.state === 'VOIDED' ? 'interrupted' : rest === null ? 'finished' : 'partly_approved'
      const money = rest?.owed ?? payment.money
      const notice = { id: `${type} ${paymentId}`, type, paymentId, money } as const
      state.set({ notices: addNotice(state.get().notices, notice) })
    },
  }
}

/** What a person has to hear of it, once. */
function newsOf(payment: StoredPayment, before: StoredPayment | undefined): Notice | null {
  const { paymentId, money } = payment
  if (needsAttention(payment) && before?.state !== payment.state && 'code' in payment)
    return { id: paymentId, type: 'declined_later', paymentId, money, code: payment.code }
  const aside = tipAsideOf(payment)
  if (aside === null || payment.followUps?.tip?.said?.atMs === before?.followUps?.tip?.said?.atMs) return null
  return { id: `tip ${paymentId}`, type: 'tip_aside', paymentId, money, aside }
}
