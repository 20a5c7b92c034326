import {
  type AuthorisationAnswer,
  type AuthorisationRequest,
  bcdBinary1987,
  buildAuthorisationRequest,
  buildFinancialAdvice,
  buildIncrementRequest,
  buildRefundRequest,
  buildReversalAdvice,
  type CardAdvice,
  type IncrementRequest,
  type Iso8583Message,
  parseAuthorisationAnswer,
  parseReversalAnswer,
  type RefundRequest,
  type ReversalAdvice,
} from '@holdfast/iso8583'

import { TEST_CARDS } from '../cards.ts'

const SOLD_AT_MS = Date.UTC(2026, 10, 20, 18, 5, 9)

export function panOf(card: string): string {
  const found = TEST_CARDS.find(({ name }) => name === card)
  if (found === undefined) throw new Error(`no card ${card}`)
  return found.pan
}

/** A sale of 12.50 EUR with STAN and RRN made of `sale`. */
export function requestMessage(
  sale: number,
  { card = 'visa', ...changes }: Partial<AuthorisationRequest> & { card?: string } = {},
): Iso8583Message {
  return buildAuthorisationRequest(bcdBinary1987, {
    repeat: false,
    pan: panOf(card),
    expiry: '3012',
    track2: `${panOf(card)}=3012201`,
    processingCode: '000000',
    amountMinor: 1_250,
    currencyNumeric: '978',
    transmittedAtMs: SOLD_AT_MS,
    ...idsOf(sale),
    posEntryMode: '051',
    acquirerId: '123456',
    merchantId: 'SHOP1',
    mcc: '5812',
    emv: chipWithAtc(7),
    deferred: false,
    ...changes,
  })
}

/** The same sale as a financial request. */
export function financialMessage(...request: Parameters<typeof requestMessage>): Iso8583Message {
  const { mti, fields } = requestMessage(...request)
  return { mti: mti.replace('01', '02'), fields }
}

/** A sale that the card approved by itself, told by 0220. */
export function adviceMessage(
  sale: number,
  { card = 'visa', ...changes }: Partial<CardAdvice> & { card?: string } = {},
): Iso8583Message {
  return buildFinancialAdvice(bcdBinary1987, {
    repeat: false,
    pan: panOf(card),
    expiry: '3012',
    processingCode: '000000',
    amountMinor: 1_250,
    currencyNumeric: '978',
    transmittedAtMs: SOLD_AT_MS + 60_000,
    ...idsOf(sale),
    posEntryMode: '051',
    acquirerId: '123456',
    merchantId: 'SHOP1',
    mcc: '5812',
    emv: chipWithAtc(7),
    advised: { kind: 'card_approved', responseCode: 'Y1' },
    ...changes,
  })
}

/** The final amount of the sale of that number. */
export function completionMessage(sale: number, amountMinor: number): Iso8583Message {
  return adviceMessage(sale, {
    stan: String(sale + 700_000),
    amountMinor,
    advised: {
      kind: 'completion',
      approvalCode: 'A1B2C3',
      original: { mti: '0100', stan: idsOf(sale).stan, transmittedAtMs: SOLD_AT_MS },
    },
  })
}

/** 5.00 EUR more on the sale of that number; it has a number of its own. */
export function incrementMessage(
  increment: number,
  { sale, card = 'visa', ...changes }: Partial<IncrementRequest> & { sale: number; card?: string },
): Iso8583Message {
  return buildIncrementRequest(bcdBinary1987, {
    repeat: false,
    pan: panOf(card),
    expiry: '3012',
    amountMinor: 500,
    currencyNumeric: '978',
    transmittedAtMs: SOLD_AT_MS + 60_000,
    ...idsOf(increment),
    posEntryMode: '011',
    acquirerId: '123456',
    merchantId: 'SHOP1',
    mcc: '5812',
    saleRrn: idsOf(sale).rrn,
    original: { mti: '0100', stan: idsOf(sale).stan, transmittedAtMs: SOLD_AT_MS },
    ...changes,
  })
}

/** 7.50 EUR back of the sale of that number; a refund has a number of its own. */
export function refundMessage(
  refund: number,
  { sale, card = 'visa', ...changes }: Partial<RefundRequest> & { sale?: number; card?: string } = {},
): Iso8583Message {
  return buildRefundRequest(bcdBinary1987, {
    repeat: false,
    pan: panOf(card),
    expiry: '3012',
    amountMinor: 750,
    currencyNumeric: '978',
    transmittedAtMs: SOLD_AT_MS + 60_000,
    ...idsOf(refund),
    posEntryMode: '011',
    acquirerId: '123456',
    merchantId: 'SHOP1',
    mcc: '5812',
    ...(sale === undefined ? {} : { saleRrn: idsOf(sale).rrn }),
    ...changes,
  })
}

/** The same refund as a batch presents it, by the ids of its first message. */
export function refundUpload(
  refund: number,
  { stan = idsOf(refund).stan, ...request }: Parameters<typeof refundMessage>[1] = {},
): Iso8583Message {
  const { fields } = refundMessage(refund, request)
  const { 18: _mcc, 25: _condition, ...rest } = fields
  const original = `0320${idsOf(refund).stan}${fields[7]}`.padEnd(42, '0')
  return { mti: '0320', fields: { ...rest, 11: stan, 39: '00', 60: '000001', 90: original } }
}

/** DE55 with tag 9F36 alone. */
export function chipWithAtc(atc: number): Uint8Array {
  return Uint8Array.of(0x9f, 0x36, 2, atc >> 8, atc & 255)
}

/** The reversal of the sale of that number. */
export function reversalMessage(
  sale: number,
  { card = 'visa', ...changes }: Partial<ReversalAdvice> & { card?: string } = {},
): Iso8583Message {
  return buildReversalAdvice({
    repeat: false,
    pan: panOf(card),
    processingCode: '000000',
    amountMinor: 1_250,
    currencyNumeric: '978',
    transmittedAtMs: SOLD_AT_MS + 20_000,
    ...idsOf(sale),
    stan: String(sale + 500_000),
    acquirerId: '123456',
    merchantId: 'SHOP1',
    reason: '68',
    original: { mti: '0100', stan: idsOf(sale).stan, transmittedAtMs: SOLD_AT_MS },
    ...changes,
  })
}

function idsOf(sale: number) {
  return {
    stan: String(sale).padStart(6, '0'),
    rrn: `R${String(sale).padStart(11, '0')}`,
    terminalId: 'T1',
    saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
  }
}

export function authorisationAnswer(message: Iso8583Message): AuthorisationAnswer {
  const parsed = parseAuthorisationAnswer(message)
  if (!parsed.ok) throw new Error(`${parsed.code} ${parsed.field}`)
  return parsed.value
}

export function reversalCode(message: Iso8583Message): string {
  const parsed = parseReversalAnswer(message)
  if (!parsed.ok) throw new Error(`${parsed.code} ${parsed.field}`)
  return parsed.value.responseCode
}
