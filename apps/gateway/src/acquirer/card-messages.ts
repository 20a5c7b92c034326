import { currencyNumber, type EntryMode, fromHex, must } from '@holdfast/core'
import {
  type BatchUpload,
  type CardAdvice,
  type CardRequest,
  type IncrementRequest,
  PROCESSING_CODES,
  type ReconciliationRequest,
  type RefundRequest,
  type ReversalAdvice,
  type SaleLocalTime,
  saleMti,
} from '@holdfast/iso8583'
import type {
  AdviceMessage,
  AuthorisationMessage,
  MessageIdentity,
  ReversalMessage,
} from './acquirer-port.ts'
import type { IncrementMessage } from './increment-port.ts'
import type {
  CompletionMessage,
  ReconciliationMessage,
  RefundMessage,
  RefundReversalMessage,
  RefundUploadMessage,
  UploadMessage,
} from './presentment-port.ts'
import type { AcquirerProfile } from './acquirer-profile.ts'

/** 0100 or 0200. */
export function requestOf(profile: AcquirerProfile, message: AuthorisationMessage): CardRequest {
  const { track2 } = message.card
  return {
    ...saleOf(profile, message),
    ...(track2 === null ? {} : { track2 }),
    deferred: message.deferred,
  }
}

/** 0120 or 0220. */
export function adviceOf(profile: AcquirerProfile, message: AdviceMessage): CardAdvice {
  return { ...saleOf(profile, message), advised: message.advised }
}

/** 0400 or 0420; DE90 names the original as it was sent. */
export function reversalOf(profile: AcquirerProfile, message: ReversalMessage): ReversalAdvice {
  const { host } = profile
  const { stan, transmittedAtMs } = message.original
  return {
    ...common(profile, message),
    form: host.reversal,
    ...(message.pan === null ? {} : { pan: message.pan }),
    ...(message.approvalCode === null ? {} : { approvalCode: message.approvalCode }),
    reason: message.why === 'customer' ? '17' : '68',
    original: { mti: mtiOf(profile, message.original), stan, transmittedAtMs },
  }
}

/** 0100 on top of a hold. The number was kept, and is not read from a card. */
export function incrementOf(profile: AcquirerProfile, message: IncrementMessage): IncrementRequest {
  const { processingCode: _code, ...asked } = common(profile, message)
  const { rrn, stan, transmittedAtMs } = message.original
  return {
    ...asked,
    ...message.card,
    posEntryMode: POS_ENTRY_MODES.keyed,
    mcc: profile.merchantCategory,
    saleRrn: rrn,
    original: { mti: mtiOf(profile, message.original), stan, transmittedAtMs },
  }
}

/** 0220: what is taken of what was held. Its ids but the STAN are the sale's, so the host finds that by them. */
export function completionOf(profile: AcquirerProfile, message: CompletionMessage): CardAdvice {
  const { original, card, entryMode, approvalCode } = message
  const { rrn, saleMs, utcOffsetMin, stan, transmittedAtMs } = original
  return {
    ...common(profile, { ...message, rrn, saleMs, utcOffsetMin }),
    ...card,
    posEntryMode: POS_ENTRY_MODES[entryMode],
    mcc: profile.merchantCategory,
    advised: {
      kind: 'completion',
      approvalCode,
      original: { mti: mtiOf(profile, original), stan, transmittedAtMs },
    },
  }
}

/** 0320. */
export function uploadOf(profile: AcquirerProfile, message: UploadMessage): BatchUpload {
  const { original, card, entryMode, approvalCode, batchNumber } = message
  const { rrn, saleMs, utcOffsetMin, stan, transmittedAtMs, responseCode } = original
  return {
    ...common(profile, { ...message, rrn, saleMs, utcOffsetMin }),
    ...card,
    posEntryMode: POS_ENTRY_MODES[entryMode],
    // A card that has approved by itself gives no code; DE39 says that it did.
    ...(approvalCode === responseCode ? {} : { approvalCode }),
    responseCode,
    batchNumber,
    original: { mti: mtiOf(profile, original), stan, transmittedAtMs },
  }
}

/** 0200 with processing code 20. The number was kept, and is not read from a card. */
export function refundOf(profile: AcquirerProfile, message: RefundMessage): RefundRequest {
  const { processingCode: _code, ...sale } = common(profile, message)
  return {
    ...sale,
    ...message.card,
    posEntryMode: POS_ENTRY_MODES.keyed,
    mcc: profile.merchantCategory,
    ...(message.saleRrn === null ? {} : { saleRrn: message.saleRrn }),
  }
}

/** 0320 of a refund. */
export function refundUploadOf(profile: AcquirerProfile, message: RefundUploadMessage): BatchUpload {
  const { card, saleRrn, batchNumber, original } = message
  return {
    ...common(profile, message),
    ...card,
    processingCode: PROCESSING_CODES.refund,
    posEntryMode: POS_ENTRY_MODES.keyed,
    responseCode: '00',
    batchNumber,
    original,
    ...(saleRrn === null ? {} : { saleRrn }),
  }
}

/** 0400 or 0420 of a refund that was asked by 0200. */
export function refundReversalOf(profile: AcquirerProfile, message: RefundReversalMessage): ReversalAdvice {
  return {
    ...common(profile, message),
    processingCode: PROCESSING_CODES.refund,
    form: profile.host.reversal,
    reason: '68',
    original: { mti: '0200', ...message.original },
  }
}

/** 0500. What was taken back before it counts on neither side, so no reversals are told. */
export function reconciliationOf(
  { acquirerId, merchantId }: AcquirerProfile,
  message: ReconciliationMessage,
): ReconciliationRequest {
  const { repeat, stan, transmittedAtMs, terminalId, currency, batchNumber, totals } = message
  const localTime = saleLocalTime(transmittedAtMs, 0)
  return {
    repeat,
    transmittedAtMs,
    stan,
    localTime,
    settlementDate: localTime.MMDD,
    acquirerId,
    terminalId,
    merchantId,
    currencyNumeric: currencyNumber(currency),
    batchNumber,
    totals: {
      ...totals,
      reversedDebits: 0,
      reversedDebitsMinor: 0,
      reversedCredits: 0,
      reversedCreditsMinor: 0,
    },
  }
}

const POS_ENTRY_MODES: Readonly<Record<EntryMode, string>> = {
  contact: '051',
  contactless: '071',
  magnetic_stripe: '901',
  keyed: '011',
}

/** By which MTI the sale went out. */
function mtiOf(
  { host }: AcquirerProfile,
  { advice, holds }: { readonly advice: boolean; readonly holds?: boolean },
): string {
  const request = saleMti(host, holds === true ? 'hold' : 'take')
  if (!advice) return request
  return request === '0200' ? '0220' : '0120'
}

type CardOfSale = Pick<AuthorisationMessage, 'card' | 'contactless'>

function saleOf(profile: AcquirerProfile, message: MessageIdentity & CardOfSale) {
  const { card } = message
  return {
    ...common(profile, message),
    pan: card.pan,
    expiry: card.expiry,
    ...(card.panSequence === null ? {} : { panSequence: card.panSequence.padStart(3, '0') }),
    posEntryMode: card.emv === '' ? '901' : message.contactless ? '071' : '051',
    mcc: profile.merchantCategory,
    ...(card.emv === ''
      ? {}
      : { emv: must(fromHex(card.emv), 'the schema of a card admits hexadecimal only') }),
  }
}

function common(profile: AcquirerProfile, message: MessageIdentity) {
  const { acquirerId, merchantId } = profile
  return {
    repeat: message.repeat,
    processingCode: PROCESSING_CODES.purchase,
    amountMinor: message.money.amountMinor,
    currencyNumeric: currencyNumber(message.money.currency),
    transmittedAtMs: message.transmittedAtMs,
    stan: message.stan,
    rrn: message.rrn,
    saleLocalTime: saleLocalTime(message.saleMs, message.utcOffsetMin),
    terminalId: message.terminalId,
    acquirerId,
    merchantId,
  }
}

/** The clock on the shop's wall at the moment of sale. */
function saleLocalTime(saleMs: number, utcOffsetMin: number): SaleLocalTime {
  const iso = new Date(saleMs + utcOffsetMin * 60_000).toISOString()
  return { MMDD: iso.slice(5, 7) + iso.slice(8, 10), hhmmss: iso.slice(11, 19).replaceAll(':', '') }
}
