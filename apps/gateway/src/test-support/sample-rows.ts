import type { Attempt, AttemptState, CardFacts, DeviceWord, Sending } from '@holdfast/core'
import type { ReceiptTags } from '@holdfast/protocol'
import type { AttemptDetails, DeviceRow, PaymentRow, RecordRow } from '../store/gateway-store.ts'

/** Rows as they may stand in a store, for tests that are not about how they came to be. */
export const ACCOUNT = 'acct_000000000000000000000001'
export const LOCATION = 'loc_000000000000000000000001'
export const LINK = 'acquirer-1'

export function sampleId(prefix: string, n: number): string {
  return `${prefix}_${String(n).padStart(24, '0')}`
}

export function sampleDevice(n = 1, changes: Partial<DeviceRow> = {}): DeviceRow {
  return {
    account: ACCOUNT,
    mode: 'test',
    deviceId: sampleId('dev', n),
    location: LOCATION,
    terminalId: `HF${String(n).padStart(6, '0')}`,
    keys: [{ keyId: 'k'.repeat(16), publicKey: 'p'.repeat(43) }],
    status: 'active',
    statedSeq: 0,
    receivedSeq: 0,
    syncedGeneration: 1,
    lease: null,
    ...changes,
  }
}

export const sampleCard: CardFacts = {
  brand: 'visa',
  last4: '4242',
  bin: '42424242',
  expMonth: 12,
  expYear: 2030,
  entryMode: 'contact',
  cvm: 'offline_pin',
  aid: 'A0000000031010',
  applicationLabel: 'VISA CREDIT',
  fingerprint: 'AbCdEf123456',
}

export const sampleReceipt: ReceiptTags = {
  applicationPreferredName: 'VISA CREDIT',
  applicationCryptogram: '0123456789ABCDEF',
  cryptogramType: 'ARQC',
  terminalVerificationResults: '0000008000',
  transactionStatusInformation: 'E800',
  authorisationResponseCode: 'Z3',
}

const sampleSending: Sending = {
  stan: '000042',
  rrn: 'ABC123DEF456',
  transmittedAtMs: 1_800_000_000_000,
  sendBeforeMs: 1_800_000_003_000,
  repeats: 0,
}

export const sampleStates: {
  readonly [State in AttemptState['state']]: Extract<AttemptState, { state: State }>
} = {
  planned: { state: 'planned', notBeforeMs: 1_800_000_000_000 },
  shelved: { state: 'shelved' },
  expired: { state: 'expired' },
  sent: { state: 'sent', ...sampleSending },
  unknown: { state: 'unknown', ...sampleSending, retryAtMs: 1_800_000_010_000 },
  approved: {
    state: 'approved',
    ...sampleSending,
    responseCode: '00',
    approvalCode: '123456',
    answeredAtMs: 1_800_000_001_000,
  },
  declined: {
    state: 'declined',
    ...sampleSending,
    responseCode: '51',
    answeredAtMs: 1_800_000_001_000,
    retryAtMs: null,
  },
  reversing: {
    state: 'reversing',
    ...sampleSending,
    reversal: {
      why: 'voided',
      stan: '000043',
      transmittedAtMs: 1_800_000_002_000,
      tries: 1,
      retryAtMs: 1_800_000_004_000,
    },
  },
  reversed: { state: 'reversed', ...sampleSending, why: 'no_answer' },
}

/** `payment` numbers every id in it; STANs and RRNs differ between payments as they do in life. */
function sampleAttempt(payment: number, number: number, state: AttemptState): Attempt {
  const identity = 'stan' in state ? { stan: stanOf(payment, number), rrn: rrnOf(payment, number) } : {}
  return {
    number,
    attemptId: sampleId('att', payment * 10 + number),
    ordinal: number,
    readId: sampleId('read', payment * 10 + number),
    deferred: true,
    ...state,
    ...identity,
  }
}

function sampleDetails(payment: number, attempt: Attempt): AttemptDetails {
  return {
    number: attempt.number,
    chargeId: sampleId('ch', payment * 10 + attempt.number),
    card: sampleCard,
    receipt: sampleReceipt,
    sealed: attempt.state === 'approved' || attempt.state === 'expired' ? null : '{"sealed":true}',
    vault: attempt.state === 'planned' ? null : 'dmF1bHQ',
    createdMs: 1_800_000_000_000,
  }
}

export interface SamplePayment {
  readonly word?: DeviceWord
  readonly states?: readonly AttemptState[]
  readonly row?: Partial<PaymentRow>
}

export function samplePayment(n: number, { word, states = [], row = {} }: SamplePayment = {}): PaymentRow {
  const attempts = states.map((state, at) => sampleAttempt(n, at + 1, state))
  return {
    account: ACCOUNT,
    mode: 'test',
    deviceId: sampleId('dev', 1),
    terminalId: 'HF000001',
    location: LOCATION,
    reader: sampleId('rdr', 1),
    saleId: sampleId('sale', n),
    reference: 'order 7',
    operator: null,
    link: LINK,
    story: {
      paymentId: sampleId('pi', n),
      money: { amountMinor: 1_234, currency: 'eur' },
      captureMethod: 'automatic',
      word: word ?? { said: 'open' },
      attempts,
    },
    version: 0,
    openedMs: 1_800_000_000_000 + n,
    receivedMs: 1_800_000_100_000,
    storedMs: null,
    utcOffsetMin: 120,
    details: attempts.map((attempt) => sampleDetails(n, attempt)),
    dueMs: 1_800_000_000_000,
    attention: null,
    outcomeSent: false,
    asOf: 1,
    ...row,
  }
}

export function acceptedOffline(n: number): DeviceWord {
  return {
    said: 'accepted',
    attemptId: sampleId('att', n * 10 + 1),
    atMs: 1_800_000_000_000,
    via: 'offline',
    kind: 'deferred',
  }
}

function stanOf(payment: number, number: number): string {
  return String(payment * 10 + number).padStart(6, '0')
}

function rrnOf(payment: number, number: number): string {
  return `RRN${String(payment * 10 + number).padStart(9, '0')}`
}

/** A record's hash that is easy to tell from others. */
export function sampleHash(letter: string): string {
  return letter.repeat(64)
}

export function sampleRecord(letter: string, changes: Partial<RecordRow> = {}): RecordRow {
  return {
    account: ACCOUNT,
    deviceId: sampleId('dev', 1),
    hash: sampleHash(letter),
    epoch: sampleId('ep', 1),
    seq: 1,
    prev: null,
    kind: 'epoch.started',
    paymentId: null,
    wire: { header: '{"v":1}', signature: 'sig', sealed: null, contact: null },
    parkedCode: null,
    receivedMs: 1,
    ...changes,
  }
}
