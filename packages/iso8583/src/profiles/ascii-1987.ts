import type { WireProfile } from '../profile.ts'
import { fields1987 } from './fields-1987.ts'

/** Everything in printable characters, binary fields and bitmap as hexadecimal, and a MAC on every message. */
export const ascii1987: WireProfile = {
  name: 'ascii-1987',
  digits: 'ascii',
  lengths: 'ascii',
  bitmap: 'hex',
  binary: 'hex',
  trackSeparator: '=',
  framing: { prefixBytes: 2, messageBytesMax: 4_096 },
  deferredMark: { field: 61, value: '1' },
  // As Visa's message reason code says it.
  incrementMark: { field: 63, value: '3900' },
  mac: 'required',
  fields: fields1987,
}
