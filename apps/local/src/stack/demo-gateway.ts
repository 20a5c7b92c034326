import { jsonRequest, textIn } from './json-request.ts'

/** A device code, as an administrator would create one; null when the gateway does not answer. */
export async function createDeviceCode(gatewayUrl: string): Promise<string | null> {
  const answer = await jsonRequest(`${gatewayUrl}/internal/v1/device_codes`, { method: 'POST', body: {} })
  return textIn(answer?.body, 'code') ?? null
}

export interface Demo {
  readonly secretKey: string
  readonly account: string
  readonly location: string
}
export async function describeDemo(_gatewayUrl: string): Promise<Demo> {
  return { secretKey: 'sk_test_holdfast_demo', account: '', location: '' }
}
