import { writeRequest } from './card-request.ts'
import {
  type KeptCardRequest,
  readKeptCardRequest,
  type ReceivedKeptCardRequest,
} from './kept-card-request.ts'
import { type Fields, hasFields, type Iso8583Message, missingField, type Parsed } from './message.ts'
import {
  type OriginalReference,
  readOriginal,
  type ReceivedOriginalReference,
  writeOriginal,
} from './original-data.ts'
import { PROCESSING_CODES } from './processing-code.ts'
import type { WireProfile } from './profile.ts'
import { readNamedSale, writeNamedSale } from './named-sale.ts'

/**
 * More is asked for on an approval that only holds, by a number that was kept and not read: nothing of a chip, a track or
 * a PIN. `amountMinor` is what comes on top, as the schemes count it. It has an RRN, a STAN and a time of its own, so it is
 * repeated and reversed by itself, and names its approval beside them: RRN in DE62, message, STAN and time in DE90.
 */
export type IncrementRequest = KeptCardRequest & {
  readonly saleRrn: string
  readonly original: OriginalReference
}

export type ReceivedIncrementRequest = ReceivedKeptCardRequest &
  Pick<IncrementRequest, 'saleRrn'> & { readonly original: ReceivedOriginalReference }

/** By the private mark of the acquirer. */
export function isIncrement({ incrementMark }: WireProfile, fields: Fields): boolean {
  return incrementMark !== undefined && fields[incrementMark.field] === incrementMark.value
}

/**
 * 0100, or 0101 when it is asked again.
 * @throws Error for a profile without the mark: such a host would take it for another sale.
 */
export function buildIncrementRequest(profile: WireProfile, request: IncrementRequest): Iso8583Message {
  const { saleRrn, original, ...asked } = request
  const { incrementMark } = profile
  if (incrementMark === undefined) throw new Error(`${profile.name} takes no incremental authorisations`)
  const sale = { ...asked, processingCode: PROCESSING_CODES.purchase, deferred: false }
  return {
    mti: request.repeat ? '0101' : '0100',
    fields: {
      ...writeRequest(profile, sale),
      ...writeNamedSale(saleRrn),
      [incrementMark.field]: incrementMark.value,
      90: writeOriginal(original),
    },
  }
}

export function parseIncrementRequest(
  profile: WireProfile,
  { mti, fields }: Iso8583Message,
): Parsed<ReceivedIncrementRequest> {
  const { incrementMark } = profile
  if (incrementMark === undefined || (mti !== '0100' && mti !== '0101')) {
    return { ok: false, code: 'wrong_message' }
  }
  if (fields[incrementMark.field] === undefined) return missingField(fields, [incrementMark.field])
  if (!isIncrement(profile, fields)) return { ok: false, code: 'bad_field', field: incrementMark.field }
  if (!hasFields(fields, [62, 90])) return missingField(fields, [62, 90])
  const sale = readKeptCardRequest(fields, mti === '0101')
  if (!sale.ok) return sale
  const saleRrn = readNamedSale(fields)
  if (!saleRrn.ok) return saleRrn
  return { ok: true, value: { ...sale.value, saleRrn: fields[62], original: readOriginal(fields[90]) } }
}
