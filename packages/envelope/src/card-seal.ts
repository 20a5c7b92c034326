import { type Crypto, fromBase64Url, must, toBase64Url, type X25519Pair } from '@holdfast/core'
import {
  type CardSecrets,
  cardSecrets,
  RECORD_VERSION,
  SEAL_SCHEME,
  type SealContext,
  type SealedBlock,
  sealedBlock,
} from '@holdfast/protocol'
import { AES_256, hpkeOpen, hpkeSeal } from './hpke.ts'
import { parseJson } from './statement.ts'
import { fromUtf8, utf8 } from './utf8.ts'

/** Seals a card to the gateway; only the reader calls this. The text is what is hashed, stored and sent. */
export async function sealCard(
  crypto: Crypto,
  recipient: { readonly keyId: string; readonly publicKey: string },
  context: SealContext,
  secrets: CardSecrets,
): Promise<string> {
  const { enc, ciphertext } = await hpkeSeal(crypto, {
    suite: AES_256,
    info: INFO,
    associatedData: associatedData(context),
    recipientPublicKey: must(fromBase64Url(recipient.publicKey), 'a lease carries well-formed keys'),
    plaintext: utf8(JSON.stringify(secrets)),
    ephemeral: await crypto.generateX25519(),
  })
  const block: SealedBlock = {
    scheme: SEAL_SCHEME,
    keyId: recipient.keyId,
    enc: toBase64Url(enc),
    ciphertext: toBase64Url(ciphertext),
  }
  return JSON.stringify(block)
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
  const block = sealedBlock.safeParse(parseJson(sealed))
  if (!block.success) return { ok: false, code: 'sealed_malformed' }
  const [enc, ciphertext] = [fromBase64Url(block.data.enc), fromBase64Url(block.data.ciphertext)]
  if (enc === null || ciphertext === null) return { ok: false, code: 'sealed_malformed' }
  const recipient = keyById(block.data.keyId)
  if (recipient === null) return { ok: false, code: 'sealed_key_unknown' }
  const opened = await hpkeOpen(crypto, {
    suite: AES_256,
    info: INFO,
    associatedData: associatedData(context),
    recipient,
    sealed: { enc, ciphertext },
  })
  if (opened === null) return { ok: false, code: 'sealed_mismatch' }
  const secrets = cardSecrets.safeParse(parseJson(fromUtf8(opened) ?? ''))
  return secrets.success ? { ok: true, secrets: secrets.data } : { ok: false, code: 'sealed_malformed' }
}

const INFO = utf8('holdfast card v1')

/** An array, so that the order of fields is part of the format and not of a program's habits. */
function associatedData(context: SealContext): Uint8Array {
  const { account, mode, device, reader, payment, read, amountMinor, currency } = context
  return utf8(
    JSON.stringify([RECORD_VERSION, account, mode, device, reader, payment, read, amountMinor, currency]),
  )
}
