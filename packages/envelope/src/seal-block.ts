import { type Crypto, fromBase64Url, must, toBase64Url, type X25519Pair } from '@holdfast/core'
import { SEAL_SCHEME, type SealedBlock, sealedBlock } from '@holdfast/protocol'
import { AES_256, hpkeOpen, hpkeSeal } from './hpke.ts'
import { parseJson } from './statement.ts'
import { fromUtf8, utf8 } from './utf8.ts'

/** What a block is bound to: its kind (`info`), and an array of what its context says, in the format's order. */
export interface BlockBinding {
  readonly info: string
  readonly context: readonly (string | number)[]
}

/** Seals `value` as JSON to the gateway. The text is what is hashed, stored and sent. */
export async function sealBlock(
  crypto: Crypto,
  recipient: { readonly keyId: string; readonly publicKey: string },
  { info, context }: BlockBinding,
  value: unknown,
): Promise<string> {
  const { enc, ciphertext } = await hpkeSeal(crypto, {
    suite: AES_256,
    info: utf8(info),
    associatedData: utf8(JSON.stringify(context)),
    recipientPublicKey: must(fromBase64Url(recipient.publicKey), 'a lease carries well-formed keys'),
    plaintext: utf8(JSON.stringify(value)),
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

export type OpenedBlock =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: 'sealed_malformed' | 'sealed_key_unknown' | 'sealed_mismatch' }

/** `value` is parsed JSON of any shape, undefined where it is none. `sealed_mismatch`: another key, kind or context. */
export async function openBlock(
  crypto: Crypto,
  keyById: (keyId: string) => X25519Pair | null,
  { info, context }: BlockBinding,
  sealed: string,
): Promise<OpenedBlock> {
  const block = sealedBlock.safeParse(parseJson(sealed))
  if (!block.success) return { ok: false, code: 'sealed_malformed' }
  const [enc, ciphertext] = [fromBase64Url(block.data.enc), fromBase64Url(block.data.ciphertext)]
  if (enc === null || ciphertext === null) return { ok: false, code: 'sealed_malformed' }
  const recipient = keyById(block.data.keyId)
  if (recipient === null) return { ok: false, code: 'sealed_key_unknown' }
  const opened = await hpkeOpen(crypto, {
    suite: AES_256,
    info: utf8(info),
    associatedData: utf8(JSON.stringify(context)),
    recipient,
    sealed: { enc, ciphertext },
  })
  if (opened === null) return { ok: false, code: 'sealed_mismatch' }
  return { ok: true, value: parseJson(fromUtf8(opened) ?? '') }
}
