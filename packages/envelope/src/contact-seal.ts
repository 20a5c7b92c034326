import type { Crypto, X25519Pair } from '@holdfast/core'
import { type ContactContext, type ContactDetails, contactDetails, RECORD_VERSION } from '@holdfast/protocol'
import { type BlockBinding, openBlock, sealBlock } from './seal-block.ts'

/** Seals a customer's contact to the gateway: a lost device or a peer that holds its records does not tell it. */
export function sealContact(
  crypto: Crypto,
  recipient: { readonly keyId: string; readonly publicKey: string },
  context: ContactContext,
  contact: ContactDetails,
): Promise<string> {
  return sealBlock(crypto, recipient, binding(context), contact)
}

/** Null when the block is not a contact of this payment, or is sealed to a key that is not there. */
export async function openContact(
  crypto: Crypto,
  keyById: (keyId: string) => X25519Pair | null,
  context: ContactContext,
  sealed: string,
): Promise<ContactDetails | null> {
  const opened = await openBlock(crypto, keyById, binding(context), sealed)
  const contact = contactDetails.safeParse(opened.ok ? opened.value : null)
  return contact.success ? contact.data : null
}

/** Another label than a card's, so that neither can pass for the other. */
function binding({ account, mode, device, payment }: ContactContext): BlockBinding {
  return { info: 'holdfast contact v1', context: [RECORD_VERSION, account, mode, device, payment] }
}
