import type { Currency } from '@holdfast/core'
import type { SimulatedReader } from '@holdfast/reader'
import { mayBeTipped, type StoredPayment, type Terminal, type TerminalEvent } from '@holdfast/sdk'
import type { Language } from '@holdfast/ui'
import type { Preferences } from '../platform/preferences.ts'
import { createObservable, type Observable } from '../platform/observable.ts'
import { createPaymentBook } from './payment-book.ts'
import { NO_SALE } from './sale.ts'
import { createSaleDesk, type SaleDesk } from './sale-desk.ts'
import { type ServiceNoticeView, serviceNoticeViews } from './service-notice-view.ts'
import { addNotice, type TillState } from './till-state.ts'

export interface TillWorld {
  readonly terminal: Terminal
  readonly reader: SimulatedReader
  readonly preferences: Preferences
}

/** The deeds of the till. What goes wrong is in the state or in the answer; none of them throws for it. */
export interface Till extends SaleDesk {
  readonly state: Pick<Observable<TillState>, 'get' | 'subscribe'>
  readonly enrol: (code: string, name: string) => Promise<void>
  readonly presentCard: (name: string) => void
  readonly chooseCurrency: (currency: Currency) => void
  readonly setForcedOffline: (forced: boolean) => void
  readonly sendNow: () => Promise<void>
  readonly loadOlderPayments: () => Promise<void>
  readonly findPayment: (paymentId: string) => Promise<StoredPayment | null>
  /** The code of the refusal, or null when it is voided. */
  readonly voidPayment: (paymentId: string) => Promise<string | null>
  /** Whether the merchant takes tips in its currency, and a tip may still be written in. */
  readonly mayTip: (payment: StoredPayment) => boolean
  /** Minor units, 0 to take it back. The code of the refusal, or null when it is written down. */
  readonly writeTip: (paymentId: string, tipMinor: number) => Promise<string | null>
  readonly dismiss: (noticeId: string) => void
  /** What of the operator's notices is worth a place now. */
  readonly noticesNow: (language: Language) => readonly ServiceNoticeView[]
  /** A notice of the operator's, by its key; what is new about it is shown again. */
  readonly putAwayNotice: (key: string) => void
}

/** Opens the state of the screens over an open terminal; resolves when the newest payments are in it. */
export async function openTill({ terminal, reader, preferences }: TillWorld): Promise<Till> {
  const forcedOffline = preferences.forcedOffline()
  terminal.setForcedOffline(forcedOffline)
  const state = createObservable<TillState>({
    ...factsOf(terminal, preferences.currency()),
    forcedOffline,
    reader: reader.state(),
    sale: NO_SALE,
    payments: [],
    orders: [],
    olderPayments: 'unknown',
    notices: [],
    serviceNotices: preferences.serviceNotices(),
    readNotices: [],
    enrolment: { step: 'idle' },
  })
  const book = createPaymentBook(terminal, preferences, state)
  const desk = createSaleDesk({
    terminal,
    reader,
    preferences,
    state,
    async refresh(paymentId) {
      await book.refresh(paymentId)
      await learnOrders()
    },
  })
  const dismiss = (noticeId: string): void =>
    state.set({ notices: state.get().notices.filter((notice) => notice.id !== noticeId) })

  function learn(event: TerminalEvent): void {
    switch (event.type) {
      case 'paymentStored':
      case 'paymentForwarded':
      case 'paymentChanged':
        book.learn(event.payment)
        if (state.get().orders.length > 0) void learnOrders()
        state.set({ status: terminal.offlineStatus() })
        return
      case 'offlineStatusChanged':
        state.set({ status: event.status })
        return
      case 'forwardingError':
        state.set({ notices: addNotice(state.get().notices, { id: FORWARD_ERROR, type: FORWARD_ERROR }) })
        return
      case 'queueDrained':
        dismiss(FORWARD_ERROR)
        return
      case 'leaseChanged':
        state.set(factsOf(terminal, state.get().currency))
        return
      case 'serviceNoticesChanged':
        preferences.rememberServiceNotices(event.notices)
        state.set({ serviceNotices: event.notices })
        return
      case 'ordersChanged':
        void learnOrders()
        return
      // The till's reader is part of its page, and the status says the rest.
      case 'readerChanged':
      case 'cardEntryMethodsChanged':
        return
    }
  }

  async function learnOrders(): Promise<void> {
    state.set({ orders: await terminal.orders() })
  }

  terminal.on(learn)
  reader.subscribe((change) => state.set({ reader: change }))
  await book.loadPage()
  await learnOrders()
  await book.tellInterruption()

  return {
    ...desk,
    state: { get: state.get, subscribe: state.subscribe },
    async enrol(code, name) {
      if (state.get().enrolment.step === 'busy') return
      state.set({ enrolment: { step: 'busy' } })
      const result = await terminal.enrol({ code, name })
      if (result.status === 'refused') state.set({ enrolment: { step: 'refused', code: result.code } })
      else state.set({ enrolment: { step: 'idle' }, ...factsOf(terminal, preferences.currency()) })
    },
    presentCard: (name) => reader.present(name),
    chooseCurrency(currency) {
      preferences.rememberCurrency(currency)
      state.set({ currency })
    },
    setForcedOffline(forced) {
      preferences.rememberForcedOffline(forced)
      terminal.setForcedOffline(forced)
      state.set({ forcedOffline: forced, status: terminal.offlineStatus() })
    },
    sendNow: () => terminal.flush(),
    loadOlderPayments: book.loadPage,
    findPayment: (paymentId) => terminal.payment(paymentId),
    async voidPayment(paymentId) {
      const result = await terminal.cancelPaymentIntent(paymentId, 'canceled')
      await book.refresh(paymentId)
      return result.status === 'refused' ? result.code : null
    },
    mayTip(payment) {
      const isOffered = state.get().settings?.tipping?.[payment.money.currency] !== undefined
      return isOffered && mayBeTipped(payment, Date.now())
    },
    async writeTip(paymentId, tipMinor) {
      const payment = await terminal.payment(paymentId)
      if (payment === null) return 'not_found'
      const { currency } = payment.money
      const result = await terminal.closeTip(paymentId, { tipMinor, currency })
      await book.refresh(paymentId)
      return result.status === 'refused' ? result.code : null
    },
    dismiss,
    noticesNow(language) {
      const { serviceNotices, readNotices: read } = state.get()
      return serviceNoticeViews(serviceNotices, { read, language, nowMs: Date.now() })
    },
    putAwayNotice: (key) => state.set({ readNotices: [...state.get().readNotices, key] }),
  }
}

const FORWARD_ERROR = 'forward_error'

type Facts = Pick<TillState, 'deviceId' | 'settings' | 'currency' | 'status'>

/** What the terminal says of itself; the currency stays the chosen one while the lease allows it. */
function factsOf(terminal: Terminal, wanted: Currency | null): Facts {
  const settings = terminal.settings()
  const allowed = settings?.currencies ?? []
  const currency = wanted !== null && allowed.includes(wanted) ? wanted : (allowed[0] ?? 'eur')
  return { deviceId: terminal.deviceId, settings, currency, status: terminal.offlineStatus() }
}
