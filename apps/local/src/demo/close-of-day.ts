import { setTimeout as sleep } from 'node:timers/promises'

import type { LabDevice } from '../lab/lab-device.ts'
import { textIn } from '../process/json-request.ts'
import type { Stack } from '../stack/stack.ts'
import { type DemoSale, euros, sellOne } from './demo-sales.ts'
import { createMerchantApi, type MerchantApi } from './merchant-api.ts'

/** What the day has brought, as the merchant sees it. Minor units. */
export interface DemoMoney {
  readonly tip: { readonly paymentId: string; readonly amountMinor: number; readonly tipMinor: number }
  readonly batches: readonly DemoBatch[]
  readonly payouts: readonly DemoPayout[]
}

export interface DemoPayout {
  readonly payoutId: string
  readonly status: string
  readonly amountMinor: number
  readonly items: readonly {
    readonly paymentId: string
    readonly amountMinor: number
    readonly feeMinor: number
    readonly netMinor: number
  }[]
}

interface DemoBatch {
  readonly batch: string
  readonly number: string
  readonly terminalId: string
  readonly state: string
  readonly sales: { readonly count: number; readonly amountMinor: number }
}

const WITH_TIP = { card: 'visa', amountMinor: 4_800, tipMinor: 500 } as const
const FORWARDED_MS = 10_000
const FUNDED_MS = 30_000
const LOOK_MS = 200
/** A sale that was captured a moment ago opens a batch of its own. */
const QUIET_LOOKS = 5

/** A table is served with a tip, the batches are closed, and the acquirer pays for them. */
export async function closeTheDay(
  stack: Stack,
  device: LabDevice,
  say: (line: string) => void,
): Promise<{ readonly sale: DemoSale; readonly money: DemoMoney }> {
  const api = createMerchantApi(stack.ready)
  const { sale, tip } = await serveTable(api, device)
  say(
    `A table pays ${euros(WITH_TIP.amountMinor)}, and adds a tip of ${euros(tip.tipMinor)} later: captured with it.`,
  )
  say('The day is closed: each terminal’s batch is presented and compared with the acquirer…')
  const batches = await closeBatches(api, say)
  for (const { number, terminalId, sales, state } of batches)
    say(`  batch ${number} of ${terminalId}: ${sales.count} sales, ${euros(sales.amountMinor)}, ${state}`)
  return { sale, money: { tip, batches, payouts: await readPayouts(api) } }
}

/** Authorised at the table, captured with what the customer writes on the slip. */
async function serveTable(api: MerchantApi, device: LabDevice) {
  const { tipMinor, ...wanted } = WITH_TIP
  const sale = await sellOne(device, { part: 'online', captureMethod: 'manual', ...wanted })
  const paymentId = sale.paymentId ?? ''
  const amountMinor = wanted.amountMinor + tipMinor
  // The till's own word that the sale stands comes with its next upload.
  const deadlineMs = performance.now() + FORWARDED_MS
  while (
    textIn(await api.get(`/v1/payment_intents/${paymentId}`), 'status') !== 'requires_capture' &&
    performance.now() < deadlineMs
  )
    await sleep(LOOK_MS)
  await api.postForm(`/v1/payment_intents/${paymentId}/capture`, {
    amount_to_capture: String(amountMinor),
    'amount_details[tip][amount]': String(tipMinor),
  })
  return { sale, tip: { paymentId, amountMinor, tipMinor } }
}

/** Until the acquirer has paid for everything. */
async function closeBatches(api: MerchantApi, say: (line: string) => void): Promise<readonly DemoBatch[]> {
  const deadlineMs = performance.now() + FUNDED_MS
  let quietLooks = 0
  for (;;) {
    // Answers of our own gateway.
    const { batches } = (await api.get('/account/v1/batches')) as { batches: DemoBatch[] }
    const open = batches.filter(({ state }) => state === 'open')
    for (const { batch } of open) await api.postJson(`/account/v1/batches/${batch}/close`, {})
    const isFunded = batches.length > 0 && batches.every(isPaidFor)
    quietLooks = isFunded ? quietLooks + 1 : 0
    if (quietLooks >= QUIET_LOOKS) return batches.toReversed()
    if (performance.now() > deadlineMs) {
      say('  not paid in time')
      return batches.toReversed()
    }
    await sleep(LOOK_MS)
  }
}

/** Of an empty one, whose sales came with the one before it, there is nothing to pay. */
function isPaidFor({ state, sales }: DemoBatch): boolean {
  return state === 'funded' || (state === 'closed' && sales.count === 0)
}

async function readPayouts(api: MerchantApi): Promise<readonly DemoPayout[]> {
  const payouts = (await api.get('/v1/payouts?limit=100')) as StripeList<StripePayout>
  return Promise.all(
    payouts.data.map(async ({ id, amount, status }) => {
      const query = `payout=${id}&limit=100&expand[]=data.source`
      const items = (await api.get(`/v1/balance_transactions?${query}`)) as StripeList<StripeTransaction>
      return {
        payoutId: id,
        status,
        amountMinor: amount,
        items: items.data
          .filter(({ type }) => type !== 'payout')
          .map((item) => ({
            paymentId: item.source.payment_intent ?? item.source.id,
            amountMinor: item.amount,
            feeMinor: item.fee,
            netMinor: item.net,
          })),
      }
    }),
  )
}

interface StripeList<Item> {
  readonly data: readonly Item[]
}

interface StripePayout {
  readonly id: string
  readonly amount: number
  readonly status: string
}

interface StripeTransaction {
  readonly type: string
  readonly amount: number
  readonly fee: number
  readonly net: number
  readonly source: { readonly id: string; readonly payment_intent?: string }
}
