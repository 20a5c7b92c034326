import type { AuthorisationRequest } from '../authorisation-request.ts'
import type { ReversalAdvice } from '../reversal-advice.ts'

/** 2026-11-20T18:05:09Z */
const SOLD_AT_MS = 1_795_197_909_000

export function sampleRequest(changes: Partial<AuthorisationRequest> = {}): AuthorisationRequest {
  return {
    repeat: false,
    pan: '4242424242424242',
    expiry: '3012',
    processingCode: '000000',
    amountMinor: 1_250,
    currencyNumeric: '978',
    transmittedAtMs: SOLD_AT_MS,
    stan: '000042',
    saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
    posEntryMode: '051',
    panSequence: '001',
    acquirerId: '123456',
    rrn: 'R00000000042',
    terminalId: 'T1',
    merchantId: 'SHOP1',
    mcc: '5812',
    emv: Uint8Array.of(0x9f, 0x36, 2, 0, 7),
    deferred: false,
    ...changes,
  }
}

export function sampleReversal(changes: Partial<ReversalAdvice> = {}): ReversalAdvice {
  return {
    repeat: false,
    pan: '4242424242424242',
    processingCode: '000000',
    amountMinor: 1_250,
    currencyNumeric: '978',
    transmittedAtMs: SOLD_AT_MS + 20_000,
    stan: '000043',
    saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
    acquirerId: '123456',
    rrn: 'R00000000042',
    terminalId: 'T1',
    merchantId: 'SHOP1',
    reason: '68',
    original: { mti: '0100', stan: '000042', transmittedAtMs: SOLD_AT_MS },
    ...changes,
  }
}
