import type { Crypto, X25519Pair } from '@holdfast/core'
import { type CardSecrets, cardSecrets, RECORD_VERSION, type SealContext } from '@holdfast/protocol'
import { type BlockBinding, openBlock, sealBlock } from './seal-block.ts'

/** Seals a card to the gateway; only the reader calls this. The text is what is hashed, stored and sent. */
export function sealCard(
  crypto: Crypto,
  recipient: { readonly keyId: string; readonly publicKey: string },
  context: SealContext,
  secrets: CardSecrets,
): Promise<string> {
  return sealBlock(crypto, recipient, binding(context), secrets)
}

export type OpenedCard =
  | { readonly ok: true; readonly secrets: CardSecrets }
  | { readonly ok: false; readonly code: 'sealed_malformed' | 'sealed_key_unknown' | 'sealed_mismatch' }

/** Opens a block; only the gateway's authoriser calls this. `sealed_mismatch`: another key, payment or amount. */
export async function openCard(
  crypto: Crypto,
  keyById: (keyId: string) => X25519Pair | null,
  context: SealContext,
  sealed: string,
): Promise<OpenedCard> {
  const opened = await openBlock(crypto, keyById, binding(context), sealed)
  if (!opened.ok) return opened
  const secrets = cardSecrets.safeParse(opened.value)
  return secrets.success ? { ok: true, secrets: secrets.data } : { ok: false, code: 'sealed_malformed' }
}

function binding(context: SealContext): BlockBinding {
  const { account, mode, device, reader, payment, read, amountMinor, currency } = context
  return {
    info: 'holdfast card v1',
    context: [RECORD_VERSION, account, mode, device, reader, payment, read, amountMinor, currency],
  }
}
