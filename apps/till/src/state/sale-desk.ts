import { type Money, tipChoices } from '@holdfast/core'
import type { SimulatedReader } from '@holdfast/reader'
import type { IssuerWait, PaymentIntent, Terminal, TillOrder } from '@holdfast/sdk'
import type { Preferences } from '../platform/preferences.ts'
import type { Observable } from '../platform/observable.ts'
import type { Rest } from './rest-to-pay.ts'
import { advance, type Consent, type SaleEvent, type SalePurpose } from './sale.ts'
import type { TillState } from './till-state.ts'

export interface SaleDesk {
  readonly pay: (amountMinor: number, reference: string) => Promise<void>
  /** The money for an order of an online channel, by the usual sale. */
  readonly payOrder: (order: TillOrder) => Promise<void>
  /** What the customer gives on top, minor units; the sale that was asked about goes on with it. */
  readonly tip: (tipMinor: number) => Promise<void>
  readonly cancelWaiting: () => void
  /** The bank is slow: stored at the merchant's risk instead of waiting on. */
  readonly storeNow: () => void
  /** A supervisor's word, or the customer's contact: the card that is still in the reader is confirmed with it. */
  readonly consent: (consent: Consent) => Promise<void>
  /** The bank gave no code: the sale goes on as it was refused. */
  readonly goOnWithoutCode: () => void
  /** A new sale over what the bank did not approve of an earlier one, which it names (MC3). */
  readonly payRest: (rest: Rest) => Promise<void>
  readonly tryAnotherCard: () => Promise<void>
  readonly giveUp: (reason: 'canceled' | 'paid_otherwise') => Promise<void>
  readonly finish: () => void
}

export interface SaleDeskWorld {
  readonly terminal: Terminal
  readonly reader: SimulatedReader
  readonly preferences: Preferences
  readonly state: Observable<TillState>
  /** Reads a payment again into the list. */
  readonly refresh: (paymentId: string) => Promise<void>
}

/** Leads one sale at a time through the SDK. */
export function createSaleDesk({ terminal, reader, preferences, state, refresh }: SaleDeskWorld): SaleDesk {
  let wait: IssuerWait | null = null

  function move(event: SaleEvent): void {
    state.set({ sale: advance(state.get().sale, event) })
  }

  /** Asks for a tip first, where the merchant wants that. */
  async function begin(money: Money, purpose: SalePurpose): Promise<void> {
    const { sale, settings } = state.get()
    if (sale.step !== 'none') return
    const suggestions = settings?.tipping[money.currency]
    const choices = suggestions === undefined ? [] : tipChoices(suggestions, money.amountMinor)
    if (choices.length > 0) move({ type: 'tip_asked', tipping: { money, choices, purpose } })
    else await guarded(() => open(money, purpose))
  }

  async function open(money: Money, purpose: SalePurpose, tipMinor = 0): Promise<void> {
    move({ type: 'paid', money })
    const tip = tipMinor === 0 ? {} : { tipMinor }
    const result = await terminal.createPaymentIntent({ ...money, ...tip, ...purpose })
    if (result.status === 'created') preferences.rememberOpenSale(result.intent.paymentId)
    move({ type: 'created', result })
    if (result.status === 'created') await collect(result.intent)
  }

  async function collect(intent: PaymentIntent): Promise<void> {
    const result = await terminal.collectPaymentMethod(intent)
    move({ type: 'collected', result })
    if (result.status === 'canceled') await close(intent, 'canceled')
    if (result.status === 'collected') await decide(intent, {})
  }

  async function decide(intent: PaymentIntent, given: Consent): Promise<void> {
    const decision = await terminal.confirmPaymentIntent(intent, {
      ...given,
      onWaiting(asked) {
        wait = asked
        move({ type: 'bank_asked', mayStore: asked.mayStore })
      },
    })
    wait = null
    // After a decline the id stays remembered: the sale is open until it is closed. So does one with a rest to pay.
    const isWhole = decision.status === 'approved' && decision.owedMinor === 0
    if (isWhole || decision.status === 'stored') preferences.rememberOpenSale(null)
    move({ type: 'confirmed', result: decision })
    await refresh(intent.paymentId)
  }

  async function close(intent: PaymentIntent, reason: 'canceled' | 'paid_otherwise'): Promise<void> {
    const result = await terminal.cancelPaymentIntent(intent.paymentId, reason)
    // A sale that is closed already is what was wanted.
    const refusal = result.status === 'refused' && result.code !== 'sale_not_open' ? result.code : null
    if (refusal === null) preferences.rememberOpenSale(null)
    move({ type: 'closed', refusal })
    await refresh(intent.paymentId)
  }

  function finish(): void {
    const { step } = state.get().sale
    if (step === 'partly_approved') preferences.rememberOpenSale(null)
    move({ type: 'finished' })
  }

  /** A fault of the till must not leave a spinner: whoever stands there is told not to hand over the goods. */
  async function guarded(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch {
      move({ type: 'broken' })
    }
  }

  return {
    async pay(amountMinor, reference) {
      await begin({ amountMinor, currency: state.get().currency }, purposeOf(reference))
    },
    payOrder: ({ money, orderId }) => begin(money, { orderId }),
    async tip(tipMinor) {
      const { sale } = state.get()
      if (sale.step !== 'tipping') return
      const { money, purpose } = sale
      const total = { ...money, amountMinor: money.amountMinor + tipMinor }
      await guarded(() => open(total, purpose, tipMinor))
    },
    async payRest({ owed, reference }) {
      finish()
      if (state.get().sale.step === 'none') await guarded(() => open(owed, purposeOf(reference)))
    },
    goOnWithoutCode: () => move({ type: 'no_code' }),
    cancelWaiting() {
      if (state.get().sale.step === 'waiting') reader.cancel()
    },
    storeNow: () => wait?.storeNow(),
    async consent(consent) {
      if (state.get().sale.step !== 'asking') return
      move({ type: 'consented', consent })
      const { sale } = state.get()
      if (sale.step === 'deciding') await guarded(() => decide(sale.intent, sale.given))
    },
    async tryAnotherCard() {
      move({ type: 'other_card' })
      const { sale } = state.get()
      if (sale.step === 'waiting') await guarded(() => collect(sale.intent))
    },
    async giveUp(reason) {
      move({ type: 'given_up' })
      const { sale } = state.get()
      if (sale.step === 'closing') await guarded(() => close(sale.intent, reason))
    },
    finish,
  }
}

function purposeOf(reference: string): SalePurpose {
  return reference.trim() === '' ? {} : { reference: reference.trim() }
}
