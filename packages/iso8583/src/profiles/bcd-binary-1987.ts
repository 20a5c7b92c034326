import type { WireProfile } from '../profile.ts'
import { fields1987 } from './fields-1987.ts'

/** Packed digits, binary bitmap, raw DE55: the classic POS-to-host dialect of ISO 8583:1987. */
export const bcdBinary1987: WireProfile = {
  name: 'bcd-binary-1987',
  digits: 'bcd',
  lengths: 'bcd',
  bitmap: 'binary',
  binary: 'raw',
  trackSeparator: 'D',
  framing: { prefixBytes: 2, messageBytesMax: 4_096 },
  deferredMark: { field: 63, value: 'DEFERRED' },
  incrementMark: { field: 63, value: 'INCREMENT' },
  mac: 'none',
  fields: fields1987,
}
