import { encodeTlv, type Iso8583Message } from '../../../packages/iso8583/src/index.ts'

const card = {
  2: '4242424242424242',
  3: '000000',
  4: '000000001250',
  7: '1120180509',
  11: '000042',
  12: '190509',
  13: '1120',
}
const place = { 32: '123456', 37: 'R00000000042', 41: 'T1      ', 42: 'SHOP1          ', 49: '978' }

/** What both codecs can carry: text alone, and a field above 64, since one of them always writes two bitmaps. */
export const commonMessages: Readonly<Record<string, Iso8583Message>> = {
  'echo 0800': { mti: '0800', fields: { 7: '1120180509', 11: '000001', 70: '301' } },
  'request 0100': {
    mti: '0100',
    fields: {
      ...card,
      14: '3012',
      18: '5812',
      22: '051',
      23: '001',
      25: '00',
      ...place,
      102: 'ACCOUNT-0001',
    },
  },
  'reversal 0400': {
    mti: '0400',
    fields: { ...card, ...place, 38: 'A1B2C3', 39: '68', 90: '01000000421120180509'.padEnd(42, '0') },
  },
}

/** The request as a card makes it: 22 tags of chip data. Only our codec carries bytes. */
export const chipRequest: Iso8583Message = {
  mti: '0100',
  fields: {
    ...card,
    14: '3012',
    18: '5812',
    22: '051',
    23: '001',
    25: '00',
    35: '4242424242424242=30122010000000000',
    ...place,
    55: encodeTlv(
      ['9F26', '9F37', '9F10', '95', '9A', '9C', '9F02', '5F2A', '82', '9F1A', '9F33', '9F34'].map((tag) => ({
        tag,
        value: new Uint8Array(8).fill(7),
      })),
    ),
  },
}
