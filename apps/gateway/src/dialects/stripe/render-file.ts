import { findFiles, type StoredFile } from '../../files/file-store.ts'
import type { ObjectKind, StripeObject } from './platform/object-kinds.ts'

/** What was uploaded; there are no links to it for people without a key. */
export const fileKind: ObjectKind = {
  async render(db, viewing, ids) {
    const found = await findFiles(db, viewing, ids)
    return new Map(found.map((file) => [file.id, renderFile(file, viewing.gatewayUrl)]))
  },
  expandable: {},
}

function renderFile(file: StoredFile, gatewayUrl: string): StripeObject {
  const { id, purpose, filename, type, bytes, createdMs } = file
  return {
    id,
    object: 'file',
    created: Math.floor(createdMs / 1_000),
    expires_at: null,
    filename,
    links: null,
    purpose,
    size: bytes,
    title: null,
    type,
    // With a secret key of the account, as all of `/v1`.
    url: `${gatewayUrl}/v1/files/${id}/contents`,
  }
}
