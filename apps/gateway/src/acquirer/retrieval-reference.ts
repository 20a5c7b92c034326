import type { Crypto } from '@holdfast/core'
import { sha256Text } from '@holdfast/envelope'

/**
 * DE37: twelve characters that follow from what the device named and how often it was presented, and from nothing that
 * a database could forget: a restored gateway asks with the same one.
 */
export async function retrievalReference(
  crypto: Crypto,
  asked: { readonly paymentId: string; readonly attemptId: string; readonly presentation: number },
): Promise<string> {
  const { paymentId, attemptId, presentation } = asked
  const hash = await sha256Text(crypto, `${paymentId}/${attemptId}/${presentation}`)
  return BigInt(`0x${hash.slice(0, 16)}`)
    .toString(36)
    .toUpperCase()
    .padStart(12, '0')
    .slice(-12)
}
