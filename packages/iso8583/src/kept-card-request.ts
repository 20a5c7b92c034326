import { type CardRequest, readSale, type ReceivedCardRequest } from './card-request.ts'
import type { Fields, Parsed } from './message.ts'

/** What is asked by a number that was kept and not read: nothing of a chip, a track or a PIN. */
export type KeptCardRequest = Omit<
  CardRequest,
  'deferred' | 'emv' | 'panSequence' | 'pinBlock' | 'processingCode' | 'securityControl' | 'track2'
>

export type ReceivedKeptCardRequest = Omit<KeptCardRequest, 'transmittedAtMs'> &
  Pick<ReceivedCardRequest, 'transmissionTime'>

/** What a sender says of a card all the same is left out. */
export function readKeptCardRequest(fields: Fields, repeat: boolean): Parsed<ReceivedKeptCardRequest> {
  const sale = readSale(fields, repeat)
  if (!sale.ok) return sale
  const {
    processingCode: _code,
    track2: _track2,
    panSequence: _sequence,
    pinBlock: _pinBlock,
    securityControl: _control,
    emv: _emv,
    ...value
  } = sale.value
  return { ok: true, value }
}
