import { createHash } from 'node:crypto'
import { invalidParameter, type StripeRefusal } from '../stripe-refusal.ts'
import { decodeForm, type Form } from './decode-form.ts'

/** The one file of a request. */
export interface Upload {
  readonly filename: string
  readonly content: Uint8Array
}

export type DecodedUpload =
  | { readonly ok: true; readonly form: Form; readonly upload: Upload | null }
  | { readonly ok: false; readonly refusal: StripeRefusal }

/**
 * `multipart/form-data` (RFC 7578). The file stands in the form as the SHA-256 of what is in it, so that the same key with
 * another file is another request.
 */
export async function decodeUpload(
  query: string,
  body: Uint8Array,
  contentType: string,
): Promise<DecodedUpload> {
  const parts = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => null)
  if (parts === null)
    return malformed('Invalid request: the body is not multipart/form-data as its type says.')
  const fields: string[] = [query]
  let upload: Upload | null = null
  for (const [name, value] of parts) {
    if (typeof value === 'string') {
      fields.push(`${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      continue
    }
    if (upload !== null || name !== 'file')
      return malformed('A request has one file, and it is named file.', name)
    upload = { filename: value.name, content: new Uint8Array(await value.arrayBuffer()) }
    fields.push(`file=${createHash('sha256').update(upload.content).digest('hex')}`)
  }
  const decoded = decodeForm(...fields)
  return decoded.ok ? { ...decoded, upload } : decoded
}

function malformed(message: string, param?: string): DecodedUpload {
  return { ok: false, refusal: invalidParameter(param, message) }
}
