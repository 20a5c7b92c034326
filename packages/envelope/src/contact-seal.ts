import { type Crypto, fromBase64Url, must, toBase64Url, type X25519Pair } from '@holdfast/core'
import {
  type ContactContext,
  type ContactDetails,
  contactDetails,
  RECORD_VERSION,
  SEAL_SCHEME,
  type SealedBlock,
  sealedBlock,
} from '@holdfast/protocol'
import { AES_256, hpkeOpen, hpkeSeal } from './hpke.ts'
import { parseJson } from './statement.ts'
import { fromUtf8, utf8 } from './utf8.ts'

/** Seals a customer's contact to the gateway: a lost device or a peer that holds its records does not tell it. */
export async function sealContact(
  crypto: Crypto,
  recipient: { readonly keyId: string; readonly publicKey: string },
  context: ContactContext,
  contact: ContactDetails,
): Promise<string> {
  const { enc, ciphertext } = await hpkeSeal(crypto, {
    suite: AES_256,
    info: INFO,
    associatedData: associatedData(context),
    recipientPublicKey: must(fromBase64Url(recipient.publicKey), 'a lease carries well-formed keys'),
    plaintext: utf8(JSON.stringify(contact)),
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

/** Null when the block is not a contact of this payment, or is sealed to a key that is not there. */
export async function openContact(
  crypto: Crypto,
  keyById: (keyId: string) => X25519Pair | null,
  context: ContactContext,
  sealed: string,
): Promise<ContactDetails | null> {
  const block = sealedBlock.safeParse(parseJson(sealed))
  if (!block.success) return null
  const [enc, ciphertext] = [fromBase64Url(block.data.enc), fromBase64Url(block.data.ciphertext)]
  const recipient = keyById(block.data.keyId)
  if (enc === null || ciphertext === null || recipient === null) return null
  const opened = await hpkeOpen(crypto, {
    suite: AES_256,
    info: INFO,
    associatedData: associatedData(context),
    recipient,
    sealed: { enc, ciphertext },
  })
  const contact = contactDetails.safeParse(opened === null ? null : parseJson(fromUtf8(opened) ?? ''))
  return contact.success ? contact.data : null
}

/** Another label than a card's, so that neither can pass for the other. */
const INFO = utf8('holdfast contact v1')

function associatedData({ account, mode, device, payment }: ContactContext): Uint8Array {
  return utf8(JSON.stringify([RECORD_VERSION, account, mode, device, payment]))
}
