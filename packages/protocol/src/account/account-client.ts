import * as z from 'zod'
import type { AccountAsk } from './account-ask.ts'
import { deviceCalls } from './account-devices.ts'
import { paymentCalls } from './account-payments.ts'
import { batchCalls } from './batches.ts'
import { dayCalls } from './day-closes.ts'
import { exposureCalls } from './exposure.ts'
import { offlinePolicyCalls } from './offline-policy.ts'
import { orderCalls } from './orders.ts'
import { paymentMethodCalls } from './payment-methods.ts'
import { recoveryCalls } from './recovery.ts'
import { reviewCalls } from './review.ts'

export interface AccountClientOptions {
  /** Of the gateway, without a path. */
  readonly url: string
  readonly secretKey: string
  readonly fetch: (
    url: string,
    init: AccountFetchInit,
  ) => Promise<{ status: number; text(): Promise<string> }>
}

interface AccountFetchInit {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
}

export type AccountClient = ReturnType<typeof createAccountClient>

/** The account API with its types: each answer is checked against its schema before anybody sees it. */
export function createAccountClient({ url, secretKey, fetch }: AccountClientOptions) {
  const ask: AccountAsk = async ({ method, path, query = {}, body, answer }) => {
    const named = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    )
    const search = named.length === 0 ? '' : `?${named.join('&')}`
    try {
      const response = await fetch(`${url}/account/v1${path}${search}`, {
        method,
        headers: {
          authorization: `Bearer ${secretKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const said: unknown = JSON.parse(await response.text())
      const { status } = response
      if (status < 400) {
        const parsed = answer.safeParse(said)
        return parsed.success ? { ok: true, value: parsed.data } : { ok: false, status, error: null }
      }
      const refused = errorBody.safeParse(said)
      return { ok: false, status, error: refused.success ? refused.data.error : null }
    } catch {
      return { ok: false, status: null, error: null }
    }
  }
  return {
    offlinePolicy: offlinePolicyCalls(ask),
    exposure: exposureCalls(ask),
    devices: deviceCalls(ask),
    paymentMethods: paymentMethodCalls(ask),
    payments: paymentCalls(ask),
    review: reviewCalls(ask),
    batches: batchCalls(ask),
    days: dayCalls(ask),
    orders: orderCalls(ask),
    recovery: recoveryCalls(ask),
  }
}

const errorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    param: z.string().optional(),
    doc_url: z.string(),
  }),
})
