import { setTimeout as sleep } from 'node:timers/promises'

import { Stripe } from 'stripe'

/** What the back end of a merchant does with one payment after its sale, which no issuer declines. Minor units. */
export interface OfficeOrder {
  readonly paymentId: string
  /** Of a manual sale: what is taken, the tip included. */
  readonly capture?: { readonly amountMinor: number; readonly tipMinor: number }
  /** In this order, each asked once. */
  readonly refundsMinor: readonly number[]
}

export interface BackOffice {
  /** Resolves when everything of it is answered for good; by which words. */
  work(order: OfficeOrder): Promise<OfficeDone>
  /** Calls that had no answer, or one that says to ask again. */
  readonly retries: number
}

export interface OfficeDone extends OfficeOrder {
  /** As the gateway answered it. */
  readonly capturedMinor: number
  readonly refunds: readonly string[]
}

const AGAIN_MS = 400
const AGAIN_MS_MAX = 5_000
/** As a server does that has a pool of connections: the rest of the day's work waits its turn. */
const CALLS_AT_ONCE = 8

/** The official client, which asks again with the same idempotency key whatever happens to an answer. */
export function openBackOffice({
  port,
  key,
  patienceMs,
}: {
  readonly port: number
  readonly key: string
  /** How long one call may be without its answer. */
  readonly patienceMs: number
}): BackOffice {
  const stripe = new Stripe(key, {
    host: '127.0.0.1',
    port,
    protocol: 'http',
    maxNetworkRetries: 0,
    timeout: 5_000,
    telemetry: false,
  })
  let retries = 0
  let calls = 0
  const waiting: (() => void)[] = []

  async function inTurn<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (calls < CALLS_AT_ONCE) calls += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await ask()
    } finally {
      const next = waiting.shift()
      if (next === undefined) calls -= 1
      else next()
    }
  }

  async function persist<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const deadlineMs = performance.now() + patienceMs
    for (let againMs = AGAIN_MS; ; againMs = Math.min(againMs * 2, AGAIN_MS_MAX)) {
      try {
        return await inTurn(ask)
      } catch (error) {
        if (!isForNow(error) || performance.now() > deadlineMs) throw error
        if (!(error instanceof Undecided)) retries += 1
        await sleep(againMs)
      }
    }
  }

  return {
    get retries() {
      return retries
    },
    async work(order) {
      const { paymentId, capture, refundsMinor } = order
      const decided = await persist(async () => {
        const intent = await stripe.paymentIntents.retrieve(paymentId)
        // Its device may still bring it, whatever became of the try at the counter.
        if (intent.status !== 'succeeded' && intent.status !== 'requires_capture')
          throw new Undecided(`${paymentId} is ${intent.status}`)
        return intent
      })
      const intent =
        capture === undefined
          ? decided
          : await persist(() =>
              stripe.paymentIntents.capture(
                paymentId,
                {
                  amount_to_capture: capture.amountMinor,
                  ...(capture.tipMinor === 0
                    ? {}
                    : { amount_details: { tip: { amount: capture.tipMinor } } as object }),
                },
                { idempotencyKey: `capture-${paymentId}` },
              ),
            )
      const refunds: string[] = []
      for (const [at, amount] of refundsMinor.entries()) {
        const idempotencyKey = `refund-${paymentId}-${at}`
        const refund = await persist(() =>
          stripe.refunds.create({ payment_intent: paymentId, amount }, { idempotencyKey }),
        )
        refunds.push(refund.id)
      }
      return { ...order, capturedMinor: intent.amount_received, refunds }
    },
  }
}

class Undecided extends Error {}

/** Nobody has answered, or somebody who says to come again. */
function isForNow(error: unknown): boolean {
  if (error instanceof Undecided) return true
  if (!(error instanceof Stripe.errors.StripeError)) return false
  const { statusCode } = error
  // Not known yet: the device has sold it, and no record of it has come in.
  return statusCode === undefined || statusCode >= 500 || [404, 409, 429].includes(statusCode)
}
