import { must } from '@holdfast/core'
import { sealContact, sha256Text } from '@holdfast/envelope'
import type { ContactDetails } from '@holdfast/protocol'
import type { Device } from '../device.ts'

/** A contact as it goes into the journal: the text that is stored and sent, and what the record names it by. */
export interface SealedContact {
  readonly sealed: string
  readonly sha256: string
}

export async function sealedContact(
  { journal, deps }: Device,
  payment: string,
  contact: ContactDetails,
): Promise<SealedContact> {
  const { lease, enrolment } = journal.state
  const { account, mode, device } = enrolment
  const key = must(lease.sealKeys[0], 'a lease names a key to seal to')
  const sealed = await sealContact(deps.crypto, key, { account, mode, device, payment }, contact)
  return { sealed, sha256: await sha256Text(deps.crypto, sealed) }
}
