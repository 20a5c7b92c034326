import type { CardName } from '@holdfast/reader'
import type { ConfirmResult, OfflineBehavior, PaymentIntent } from '@holdfast/sdk'
import { must } from '@holdfast/core'
import { drain } from './drain.ts'
import { judge } from './judge.ts'
import type { MutantPorts } from './mutant-ports.ts'
import type { Order } from './shop.ts'
import type { RunningTill } from './sim-device.ts'
import type { Breach } from './watch.ts'
import { createWorld, openWorld, type World } from './world.ts'

/**
 * One sale, once more for every step at which the till or the gateway can die. In the variants `lost_…` the issuer
 * approves and the answer never reaches the till.
 */
export const saleVariants = [
  'approved',
  'declined_then_cash',
  'stored_offline',
  'lost_then_stored',
  'lost_then_refused',
  'lost_then_cash',
  'lost_then_second_card_stored',
  'lost_then_second_card_approved',
  'approved_then_void',
  'stored_then_void',
] as const
export type SaleVariant = (typeof saleVariants)[number]

export type Dies = 'till' | 'gateway' | 'nobody'

export interface ShortSale {
  readonly breaches: readonly Breach[]
  /** Steps that the program took which was to die. */
  readonly steps: number
  /** False when it ended the sale before its step came. */
  readonly died: boolean
  readonly charges: number
  readonly lastWord: string
  readonly world: World
}

const SALE_MS_MAX = 120_000
const DEAD_MS = 2_000

export async function runShortSale(
  variant: SaleVariant,
  crash: { readonly dies: Dies; readonly atStep: number; readonly hostDeduplicates?: boolean },
  options: {
    readonly keepStory?: boolean
    readonly ports?: Partial<MutantPorts>
    /** The tills are open and the sale has not begun. */
    readonly onOpen?: (world: World) => void
  } = {},
): Promise<ShortSale> {
  const { hostDeduplicates = true } = crash
  const world = createWorld({
    seed: `${variant}/${crash.dies}/${crash.atStep}`,
    devices: 1,
    gateways: 1,
    profile: { answerTimeoutMs: 5_000, hostDeduplicates },
    ...options,
  })
  await openWorld(world)
  options.onOpen?.(world)
  const { engine, shop } = world
  const [device] = world.devices
  const [gateway] = world.gateways
  const victim = must(crash.dies === 'gateway' ? gateway?.process() : device?.process(), 'both are running')
  const before = victim.steps()
  if (crash.dies !== 'nobody') victim.crashAtStep(before + crash.atStep)
  let died = false
  victim.onKill(() => {
    died = true
    const machine = must(crash.dies === 'gateway' ? gateway : device, 'it has just died')
    engine.after(DEAD_MS, 'operator', () => machine.start())
  })
  const order: Order = { reference: 'order-1', money: MONEY, payments: [], end: null }
  shop.orders.push(order)
  const state = { done: false }
  const stopLosing = variant.startsWith('lost_') ? loseAnswers(world) : () => {}
  world.onTillReady = (_, till) => {
    void lookUp(world, till, order).then(() => (state.done = true))
  }
  const till = must(device?.running(), 'the till is open')
  void sell(world, till, order, variant).then(() => (state.done = true))
  await engine.run(engine.nowMs() + SALE_MS_MAX, () => state.done)
  stopLosing()
  const steps = victim.steps() - before
  await drain(world, { restartTills: false })
  judge(world)
  const paymentId = order.payments[0] ?? ''
  return {
    breaches: world.watch.breaches(),
    steps,
    died,
    charges: world.acquirer.entries().filter(({ chargedMinor }) => chargedMinor > 0).length,
    lastWord: shop.shown.get(paymentId) ?? 'nothing',
    world,
  }
}

const MONEY = { amountMinor: 1_250, currency: 'eur' } as const

async function sell(world: World, till: RunningTill, order: Order, variant: SaleVariant): Promise<void> {
  const { terminal } = till
  const behavior: OfflineBehavior = variant.startsWith('stored')
    ? 'force_offline'
    : variant.startsWith('lost') && variant !== 'lost_then_stored'
      ? 'require_online'
      : 'prefer_online'
  const created = await terminal.createPaymentIntent({
    ...MONEY,
    reference: order.reference,
    offlineBehavior: behavior,
  })
  if (created.status === 'refused') return
  const { intent } = created
  order.payments.push(intent.paymentId)
  const first = variant === 'declined_then_cash' ? 'declined_51' : 'visa'
  const word = await pay(world, till, intent, first, {})
  switch (variant) {
    case 'approved':
    case 'stored_offline':
    case 'lost_then_stored':
      if (word?.status !== 'approved' && word?.status !== 'stored')
        await voidSale(world, till, intent, 'canceled')
      return
    case 'lost_then_refused':
      await voidSale(world, till, intent, 'canceled')
      return
    case 'lost_then_cash':
    case 'declined_then_cash':
      await voidSale(world, till, intent, 'paid_otherwise')
      return
    case 'lost_then_second_card_stored':
      await payAgain(world, till, intent, word, { offlineBehavior: 'force_offline' })
      return
    case 'lost_then_second_card_approved':
      for (const { link } of world.devices) link.setState('up')
      await new Promise<void>((resolve) => void till.process.timer(10_000, 'fetches another card', resolve))
      await payAgain(world, till, intent, word, {})
      return
    case 'approved_then_void':
    case 'stored_then_void':
      await voidSale(world, till, intent, 'canceled')
  }
}

async function payAgain(
  world: World,
  till: RunningTill,
  intent: PaymentIntent,
  before: ConfirmResult | null,
  options: { offlineBehavior?: OfflineBehavior },
): Promise<void> {
  if (before?.status === 'approved') return
  const word = await pay(world, till, intent, 'mastercard', options)
  if (word?.status !== 'approved' && word?.status !== 'stored')
    await voidSale(world, till, intent, 'canceled')
}

async function pay(
  { shop, engine }: World,
  { terminal, reader, process }: RunningTill,
  intent: PaymentIntent,
  card: CardName,
  options: { offlineBehavior?: OfflineBehavior },
): Promise<ConfirmResult | null> {
  const collecting = terminal.collectPaymentMethod(intent)
  process.timer(50, 'presents a card', () => reader.present(card))
  const collected = await collecting
  if (collected.status !== 'collected') return null
  const result = await terminal.confirmPaymentIntent(intent, options)
  engine.tell(`the till says ${result.status === 'refused' ? result.code : result.status}`)
  if (result.status !== 'refused') shop.shown.set(intent.paymentId, result.status)
  return result
}

async function voidSale(
  { shop }: World,
  { terminal, process }: RunningTill,
  { paymentId }: PaymentIntent,
  reason: 'canceled' | 'paid_otherwise',
): Promise<void> {
  shop.voidAsked.add(paymentId)
  for (;;) {
    const answer = await terminal.cancelPaymentIntent(paymentId, reason)
    if (answer.status === 'voided') return void shop.shown.set(paymentId, 'voided')
    await new Promise<void>((resolve) => void process.timer(1_000, 'presses again', resolve))
  }
}

/** After a crash of the till the cashier reads there what became of the sale. */
async function lookUp({ shop }: World, { terminal }: RunningTill, order: Order): Promise<void> {
  for (const payment of await terminal.payments({ limit: 10 })) {
    if (!order.payments.includes(payment.paymentId)) order.payments.push(payment.paymentId)
    const word =
      payment.state === 'VOIDED'
        ? 'voided'
        : payment.state === 'OPEN'
          ? null
          : payment.state === 'ACCEPTED_ONLINE'
            ? 'approved'
            : 'stored'
    if (word !== null) shop.shown.set(payment.paymentId, word)
  }
}

/** From the issuer's approval on nothing comes back to the till, until the returned function is called. */
function loseAnswers({ engine, acquirer, devices }: World): () => void {
  let stopped = false
  const look = (): void => {
    if (stopped) return
    if (acquirer.entries().some(({ outcome }) => outcome === 'approved')) {
      for (const { link } of devices) link.setState('answers_lost')
    } else engine.after(1, 'watches the acquirer', look)
  }
  look()
  return () => {
    stopped = true
  }
}
