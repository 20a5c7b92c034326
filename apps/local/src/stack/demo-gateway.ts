import { jsonRequest, textIn } from '../process/json-request.ts'

/** What the gateway says of its demo account. Test mode only. */
export interface Demo {
  readonly account: string
  readonly location: string
  readonly keys: { readonly secret: string; readonly publishable: string }
  readonly webhook: { readonly secret: string }
}

/** Null when the gateway does not answer, or runs no demo. */
export async function describeDemo(gatewayUrl: string): Promise<Demo | null> {
  const answer = await jsonRequest(`${gatewayUrl}/internal/v1/demo`)
  // Our own gateway's answer.
  return answer?.status === 200 ? (answer.body as Demo) : null
}

/** A device code, as an administrator would create one; null when the gateway does not answer. */
export async function createDeviceCode(gatewayUrl: string): Promise<string | null> {
  const demo = await describeDemo(gatewayUrl)
  if (demo === null) return null
  const answer = await jsonRequest(`${gatewayUrl}/internal/v1/device_codes`, {
    method: 'POST',
    body: {},
    bearer: demo.keys.secret,
  })
  return textIn(answer?.body, 'code') ?? null
}
