import { type Exposure, NO_EXPOSURE, offlineKinds, tallyOf } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredPayment } from '../journal/stored-payment.ts'
import type { PaymentIntent } from './payment-intent.ts'
import type { Terminal } from '../terminal/terminal-api.ts'
import { createTerminal } from '../terminal/terminal.ts'
import { deviceKey } from '../test-support/device-key.ts'
import { ScriptedReader } from '../test-support/scripted-reader.ts'
import { goOffline, headOf, openWorld, type World } from '../test-support/world.ts'

const MINUTE_MS = 60_000
const CARDS = ['card-a', 'card-b']
const PER_CARD = { windowMs: 30 * MINUTE_MS, count: 3, sumMinor: { eur: 900 } }
const DEVICE_TOTALS = { storedTotalMinor: { eur: 1_500 }, storedCount: 6 }

type Step =
  | { readonly do: 'open'; readonly tab: number; readonly amountMinor: number }
  | { readonly do: 'confirm'; readonly sales: readonly [number, number]; readonly card: number }
  | { readonly do: 'void' | 'approve' | 'decline'; readonly sale: number }
  | { readonly do: 'contact' }
  | { readonly do: 'wait' }

const RUNS = 40
/** Two tabs, one card, one moment: what every run begins with. */
const OPENING: readonly Step[] = [
  { do: 'open', tab: 0, amountMinor: 1 },
  { do: 'open', tab: 1, amountMinor: 2 },
  { do: 'confirm', sales: [0, 1], card: 0 },
]

const at = fc.nat({ max: 11 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('open'),
      tab: fc.nat({ max: 1 }),
      amountMinor: fc.integer({ min: 1, max: 500 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('confirm'),
      sales: fc.tuple(at, at),
      card: fc.nat({ max: CARDS.length - 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('void', 'approve', 'decline'), sale: at }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'contact' as const }, { do: 'wait' as const }) },
)

test('MP5, row 59: the counters are the sum over the payments at any time, and two tabs never pass a limit together', async () => {
  let stored = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 16 }), async (steps) => {
      const world = await openWorld({
        before: (gateway) => {
          const terms = { perCard: PER_CARD, deviceTotals: DEVICE_TOTALS }
          gateway.lease = { ...gateway.lease, ...terms }
        },
      })
      await goOffline(world)
      const tabs = [{ terminal: world.terminal, reader: world.reader }, await secondTab(world)]
      const sales: { readonly intent: PaymentIntent; readonly tab: (typeof tabs)[number] }[] = []
      for (const next of [...OPENING, ...steps]) {
        if (next.do === 'open') {
          const tab = tabs[next.tab]
          const money = { amountMinor: next.amountMinor, currency: 'eur' } as const
          const created = await tab?.terminal.createPaymentIntent({
            ...money,
            offlineBehavior: 'force_offline',
          })
          if (created?.status === 'created' && tab !== undefined) sales.push({ intent: created.intent, tab })
        } else if (next.do === 'confirm') {
          const chosen = [...new Set(next.sales.map((index) => index % sales.length))].flatMap(
            (index) => sales[index] ?? [],
          )
          for (const { intent, tab } of chosen) {
            tab.reader.card = { facts: { fingerprint: CARDS[next.card] ?? '' } }
            await tab.terminal.collectPaymentMethod(intent)
          }
          // Both are on their way to the journal before either is there.
          const results = await Promise.all(
            chosen.map(({ intent, tab }) => tab.terminal.confirmPaymentIntent(intent)),
          )
          stored += results.filter(({ status }) => status === 'stored').length
        } else if (next.do === 'contact') {
          await contact(world)
        } else if (next.do === 'wait') {
          await world.clock.advance(10 * MINUTE_MS)
        } else {
          const sale = sales[next.sale % sales.length]
          if (sale === undefined) continue
          if (next.do === 'void') await world.terminal.cancelPaymentIntent(sale.intent.paymentId, 'canceled')
          else await decide(world, sale.intent.paymentId, next.do)
        }
        await check(world)
      }
      for (const { terminal } of tabs) terminal.setForcedOffline(true)
    }),
    { numRuns: RUNS },
  )
  // Both sales of the opening fit all limits, so each run has raced at least once and stored both.
  expect(stored).toBeGreaterThanOrEqual(2 * RUNS)
}, 60_000)

async function secondTab({
  store,
  clock,
  gateway,
}: World): Promise<{ terminal: Terminal; reader: ScriptedReader }> {
  const deps = { store, clock, network: gateway, crypto: nodeCrypto, key: deviceKey }
  const terminal = await createTerminal({ ...deps, app: 'sdk tests', storeName: 'sqlite' })
  const reader = new ScriptedReader()
  terminal.useReader(reader)
  return { terminal, reader }
}

async function contact(world: World): Promise<void> {
  world.gateway.fault = () => null
  await world.clock.advance(MINUTE_MS)
  await goOffline(world)
}

async function decide(world: World, paymentId: string, decision: 'approve' | 'decline'): Promise<void> {
  const payment = await world.terminal.payment(paymentId)
  if (payment?.state !== 'UPLOADED') return
  const approved = decision === 'approve'
  const codes = { responseCode: approved ? '00' : '51', approvalCode: approved ? '123456' : null }
  const { attemptId, money } = payment
  await world.gateway.say({
    payment: paymentId,
    attempt: attemptId,
    ...money,
    ...codes,
    status: approved ? 'succeeded' : 'declined',
  })
  await contact(world)
  const after = (await world.terminal.payment(paymentId))?.state
  expect(after).toBe(approved ? 'PROCESSED' : 'FAILED_TO_PROCESS')
}

async function check(world: World): Promise<void> {
  const { store, clock } = world
  const payments = await store.payments({ limit: 100 })
  const { exposure } = await headOf(world)
  expect(plain(exposure)).toEqual(plain(recount(payments)))
  const stored = offlineKinds.map((kind) => tallyOf(exposure.stored[kind], 'eur'))
  const reserved = tallyOf(exposure.reserved, 'eur')
  const sum = stored.reduce((total, { sumMinor }) => total + sumMinor, reserved.sumMinor)
  const count = stored.reduce((total, tally) => total + tally.count, reserved.count)
  expect(sum).toBeLessThanOrEqual(DEVICE_TOTALS.storedTotalMinor.eur)
  expect(count).toBeLessThanOrEqual(DEVICE_TOTALS.storedCount)
  for (const card of CARDS) {
    const uses = payments.filter(
      (payment) =>
        'card' in payment &&
        payment.card.fingerprint === card &&
        payment.state !== 'PROCESSED' &&
        clock.wallMs() - payment.acceptedMs < PER_CARD.windowMs,
    )
    expect(uses.length).toBeLessThanOrEqual(PER_CARD.count)
    const used = uses.reduce((total, { money }) => total + money.amountMinor, 0)
    expect(used).toBeLessThanOrEqual(PER_CARD.sumMinor.eur)
  }
}

/** From the payments alone, in the plainest way. */
function recount(payments: readonly StoredPayment[]): Pick<Exposure, 'stored' | 'reserved'> {
  const tallies = (chosen: readonly StoredPayment[]) => {
    const sumMinor = chosen.reduce((sum, { money }) => sum + money.amountMinor, 0)
    return { eur: { count: chosen.length, sumMinor } }
  }
  const undecided = ['QUEUED', 'UPLOADED', 'FAILED_TO_UPLOAD']
  const ofKind = (kind: string) =>
    payments.filter(
      (payment) =>
        undecided.includes(payment.state) && 'offlineKind' in payment && payment.offlineKind === kind,
    )
  return {
    stored: {
      deferred: tallies(ofKind('deferred')),
      card_approved: tallies(ofKind('card_approved')),
      voice: tallies(ofKind('voice')),
    },
    reserved: tallies(payments.filter(({ state, reserved }) => state === 'OPEN' && reserved)),
  }
}

function plain({ stored, reserved }: Pick<Exposure, 'stored' | 'reserved'>): unknown {
  const all = { ...NO_EXPOSURE.stored, ...stored }
  return {
    stored: offlineKinds.map((kind) => tallyOf(all[kind], 'eur')),
    reserved: tallyOf(reserved, 'eur'),
  }
}
