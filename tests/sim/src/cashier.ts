import type { CardName } from '@holdfast/reader'
import type { OfflineBehavior, PaymentIntent, StoredPayment } from '@holdfast/sdk'
import type { Engine, FaultCounters, Random } from '@holdfast/testing'
import { followUp } from './follow-ups.ts'
import { CUSTOMERS_CARDS, type Order, type Shop, type Shown } from './shop.ts'
import type { RunningTill } from './sim-device.ts'

export interface CashierOptions {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly shop: Shop
  readonly till: string
  /** Null when the shop closes. */
  readonly nextOrder: () => Order | null
  readonly pauseMs: readonly [low: number, high: number]
  /** What the cashier asks for, each as often as it stands here. */
  readonly behaviors: readonly OfflineBehavior[]
}

const JOURNAL_FAILURES_MAX = 3
const JOURNAL_FAILURES: ReadonlySet<string> = new Set([
  'journal_failed',
  'journal_poisoned',
  'journal_damaged',
])
const CARDS_MAX = 3
const OFFLINE_LIMITS: ReadonlySet<string> = new Set([
  'offline_amount_above_limit',
  'offline_stored_total_above_limit',
  'offline_stored_count_above_limit',
  'offline_card_count_above_limit',
  'offline_card_total_above_limit',
])

export const cashierStates = [
  'shown.approved',
  'shown.stored',
  'shown.declined',
  'shown.voided',
  'cashier.second_card',
  'cashier.cash_instead',
  'cashier.walked_away',
  'cashier.void_later',
  'cashier.double_tap',
  'cashier.looked_up_after_crash',
  'cashier.restarted_the_till',
  'cashier.store_after_refusal',
  ...[...OFFLINE_LIMITS].map((code) => `refused.${code}`),
]

/** A person at one running till. Dies with the program as far as the code goes; what was seen stays in the shop. */
export async function runCashier(till: RunningTill, options: CashierOptions): Promise<void> {
  const { shop, random } = options
  const hand = createHand(till, options)
  const unfinished = shop.inHand.get(options.till)
  if (unfinished !== undefined) await hand.lookUp(unfinished)
  let inHand = shop.inHand.get(options.till)
  for (;;) {
    await hand.wait(random.int(...options.pauseMs))
    const order = inHand ?? options.nextOrder()
    if (order === null) return
    shop.inHand.set(options.till, order)
    till.lookAtReader()
    await hand.serve(order)
    inHand = order.end === null ? order : undefined
    if (order.end !== null) shop.inHand.delete(options.till)
  }
}

function createHand(till: RunningTill, options: CashierOptions) {
  const { process, terminal } = till
  const { engine, random, counters, shop } = options
  let journalFailures = 0

  function wait(ms: number): Promise<void> {
    return new Promise((resolve) => void process.timer(ms, 'cashier', resolve))
  }

  function show(paymentId: string, word: Shown): void {
    shop.shown.set(paymentId, word)
    counters.hit(`shown.${word}`)
    engine.tell(`${options.till} shows ${paymentId}: ${word}`)
  }

  function saw(code: string): void {
    if (OFFLINE_LIMITS.has(code)) counters.hit(`refused.${code}`)
    journalFailures = JOURNAL_FAILURES.has(code) ? journalFailures + 1 : 0
    if (journalFailures < JOURNAL_FAILURES_MAX) return
    counters.hit('cashier.restarted_the_till')
    process.kill('the cashier restarts it: the journal fails')
  }

  /** After a crash: was the sale taken? What the till says now is what the customer is told. */
  async function lookUp(order: Order): Promise<void> {
    counters.hit('cashier.looked_up_after_crash')
    for (const payment of await everyPayment()) {
      if (payment.reference !== order.reference) continue
      if (!order.payments.includes(payment.paymentId)) order.payments.push(payment.paymentId)
      const word = wordOf(payment)
      if (word === null) continue
      show(payment.paymentId, word)
      if (word === 'approved' || word === 'stored') order.end = 'paid_by_card'
    }
    if (order.end === null && random.chance(0.3)) order.end = 'left'
    if (order.end !== null) shop.inHand.delete(options.till)
  }

  async function everyPayment(): Promise<StoredPayment[]> {
    for (;;) {
      try {
        return await terminal.payments({ limit: 500 })
      } catch {
        await wait(1_000)
      }
    }
  }

  async function serve(order: Order): Promise<void> {
    const behavior = random.pick(options.behaviors)
    const created = await terminal.createPaymentIntent({
      ...order.money,
      reference: order.reference,
      captureMethod: random.chance(0.2) ? 'manual' : 'automatic',
      offlineBehavior: behavior,
    })
    if (created.status === 'refused') {
      engine.tell(`${options.till} create refused: ${created.code}`)
      saw(created.code)
      if (random.chance(0.3)) order.end = 'left'
      return
    }
    const { intent } = created
    order.payments.push(intent.paymentId)
    await bringToEnd(order, intent)
  }

  async function bringToEnd(order: Order, intent: PaymentIntent): Promise<void> {
    const { paymentId } = intent
    for (let cards = 0; cards < CARDS_MAX; cards += 1) {
      if (cards > 0) counters.hit('cashier.second_card')
      if (!(await collect(intent, drawCard(random)))) {
        if (random.chance(0.5)) break
        continue
      }
      const word = await confirm(intent, cards > 0 && random.chance(0.3) ? 'force_offline' : undefined)
      if (word === 'approved' || word === 'stored') {
        order.end = 'paid_by_card'
        if (random.chance(0.08)) await voidLater(order, paymentId)
        else if (random.chance(0.15)) await askMore(order, paymentId)
        return
      }
      if (random.chance(0.45)) break
      await wait(random.int(500, 8_000))
    }
    const cash = random.chance(0.5)
    if (cash) counters.hit('cashier.cash_instead')
    if (await cancel(paymentId, cash ? 'paid_otherwise' : 'canceled'))
      order.end = cash ? 'paid_otherwise' : 'left'
  }

  async function collect(intent: PaymentIntent, card: CardName): Promise<boolean> {
    const walksAway = random.chance(0.05)
    const collecting = terminal.collectPaymentMethod(intent)
    if (walksAway) {
      counters.hit('cashier.walked_away')
      process.timer(random.int(200, 4_000), 'walks away', () => till.reader.cancel())
    } else {
      process.timer(random.int(0, 3_000), 'presents a card', () => till.reader.present(card))
    }
    const collected = await collecting
    engine.tell(
      `${options.till} ${intent.paymentId} ${card}: ${collected.status === 'refused' ? collected.code : collected.status}`,
    )
    if (collected.status === 'refused') saw(collected.code)
    return collected.status === 'collected'
  }

  async function confirm(intent: PaymentIntent, behavior: OfflineBehavior | undefined): Promise<Shown> {
    const confirming = terminal.confirmPaymentIntent(
      intent,
      behavior === undefined ? {} : { offlineBehavior: behavior },
    )
    if (random.chance(0.1)) doubleTap(intent)
    const result = await confirming
    if (result.status === 'refused') {
      engine.tell(`${options.till} ${intent.paymentId} refused: ${result.code}`)
      saw(result.code)
      return 'refused'
    }
    show(intent.paymentId, result.status)
    if (result.status === 'stored' && behavior === 'force_offline')
      counters.hit('cashier.store_after_refusal')
    return result.status
  }

  function doubleTap(intent: PaymentIntent): void {
    counters.hit('cashier.double_tap')
    process.timer(random.int(0, 2_000), 'taps again', () => {
      const cancels = random.chance(0.5)
      if (cancels) shop.voidAsked.add(intent.paymentId)
      const tap = cancels
        ? terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
        : terminal.confirmPaymentIntent(intent)
      void tap.then(({ status }) => (status === 'refused' ? undefined : show(intent.paymentId, status)))
    })
  }

  async function voidLater(order: Order, paymentId: string): Promise<void> {
    await wait(random.int(500, 120_000))
    if (!(await cancel(paymentId, 'canceled', 1))) return
    counters.hit('cashier.void_later')
    order.end = 'left'
  }

  /** A tip, a capture, a refund: at once or a while later, when the payment may have left the till. */
  async function askMore(order: Order, paymentId: string): Promise<void> {
    for (let times = random.int(1, 3); times > 0; times -= 1) {
      await wait(random.int(200, 60_000))
      const onVoid = (): void => void shop.voidAsked.add(paymentId)
      if ((await followUp(terminal, paymentId, { random, counters, onVoid })) !== 'voided') continue
      show(paymentId, 'voided')
      order.end = 'left'
      return
    }
  }

  async function cancel(
    paymentId: string,
    reason: 'canceled' | 'paid_otherwise',
    tries = Number.POSITIVE_INFINITY,
  ): Promise<boolean> {
    for (let at = 0; at < tries; at += 1) {
      shop.voidAsked.add(paymentId)
      const canceled = await terminal.cancelPaymentIntent(paymentId, reason)
      if (canceled.status === 'refused' && !canceled.code.startsWith('journal_'))
        shop.voidAsked.delete(paymentId)
      if (canceled.status === 'voided') {
        show(paymentId, 'voided')
        return true
      }
      engine.tell(`${options.till} cancel ${paymentId} refused: ${canceled.code}`)
      saw(canceled.code)
      await wait(2_000)
    }
    return false
  }

  return { wait, serve, lookUp }
}

function wordOf(payment: StoredPayment): Shown | null {
  switch (payment.state) {
    case 'OPEN':
      return null
    case 'ACCEPTED_ONLINE':
      return 'approved'
    case 'QUEUED':
    case 'UPLOADED':
    case 'PROCESSED':
    case 'FAILED_TO_UPLOAD':
      return 'stored'
    case 'FAILED_TO_PROCESS':
      return 'stored'
    case 'VOIDED':
      return 'voided'
  }
}

function drawCard(random: Random): CardName {
  const total = CUSTOMERS_CARDS.reduce((sum, [, weight]) => sum + weight, 0)
  let draw = random.int(1, total)
  for (const [card, weight] of CUSTOMERS_CARDS) {
    draw -= weight
    if (draw <= 0) return card
  }
  return 'visa'
}
