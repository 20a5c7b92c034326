import { concatBytes, fromBase64Url, toBase64Url } from '@holdfast/core'
import { fromUtf8, parseJson, utf8 } from '@holdfast/envelope'
import type { CardSecrets } from '@holdfast/protocol'
import * as z from 'zod'
import type { GatewayWorld } from '../world/gateway-world.ts'

/** What lives on after the authorisation: number and expiry, for a reversal. Never track, chip data or a PIN. */
const vaultedCard = z.strictObject({ pan: z.string(), expiry: z.string() })
export type VaultedCard = z.infer<typeof vaultedCard>

/** AES-256-GCM under a key of this payment alone, derived from the vault key; base64url of nonce and ciphertext. */
export async function sealVault(
  world: GatewayWorld,
  paymentId: string,
  { pan, expiry }: CardSecrets,
): Promise<string> {
  const nonce = world.crypto.randomBytes(12)
  const data = utf8(JSON.stringify({ pan, expiry }))
  const key = await paymentKey(world, paymentId)
  const ciphertext = await world.crypto.aesGcmSeal({ key, nonce, data, associatedData: utf8(paymentId) })
  return toBase64Url(concatBytes(nonce, ciphertext))
}

/** Null when it was sealed for another payment or under another vault key. */
export async function openVault(
  world: GatewayWorld,
  paymentId: string,
  vault: string,
): Promise<VaultedCard | null> {
  const bytes = fromBase64Url(vault)
  if (bytes === null) return null
  const opened = await world.crypto.aesGcmOpen({
    key: await paymentKey(world, paymentId),
    nonce: bytes.subarray(0, 12),
    data: bytes.subarray(12),
    associatedData: utf8(paymentId),
  })
  const parsed = vaultedCard.safeParse(opened === null ? null : parseJson(fromUtf8(opened) ?? ''))
  return parsed.success ? parsed.data : null
}

function paymentKey(world: GatewayWorld, paymentId: string): Promise<Uint8Array> {
  return world.crypto.hmacSha256(world.keys.vaultKey, utf8(`holdfast-vault-v1\0${paymentId}`))
}
