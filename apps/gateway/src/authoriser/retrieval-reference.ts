import type { Crypto } from '@holdfast/core'
import { sha256Text } from '@holdfast/envelope'

/** DE37: twelve characters that follow from payment and attempt, so that a restored gateway asks with the same one. */
export async function retrievalReference(crypto: Crypto, paymentId: string, number: number): Promise<string> {
  const hash = await sha256Text(crypto, `${paymentId}/${number}`)
  return BigInt(`0x${hash.slice(0, 16)}`)
    .toString(36)
    .toUpperCase()
    .padStart(12, '0')
    .slice(-12)
}
