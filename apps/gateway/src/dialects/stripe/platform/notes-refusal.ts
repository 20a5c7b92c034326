import type { NotesWritten } from '../../../payments/payment-notes.ts'
import { metadataRefusal } from './metadata-refusal.ts'
import type { Refusing } from './operation.ts'

/** Why notes on a payment or a charge were not written. */
export function notesRefusal(
  written: Exclude<NotesWritten, { ok: true }>,
  customer: string | null | undefined,
): Refusing {
  if (written.why !== 'no_such_customer') return { refusal: metadataRefusal(written) }
  return { missing: { object: 'customer', id: customer ?? '', param: 'customer' } }
}
