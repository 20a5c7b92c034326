import type {
  Accepted,
  StoredOffline,
  StoredPayment,
  StoredPaymentFacts,
  TerminalSettings,
} from '@holdfast/sdk'

export const sampleSettings: TerminalSettings = {
  accountName: 'Café Corail',
  locationId: 'loc_1',
  readerId: 'rdr_1',
  locationName: 'Harbour Street',
  currencies: ['eur'],
  offered: null,
  offlineAllowed: true,
  tipping: {},
  offlinePerPaymentMinor: { eur: 20_000 },
}

const facts: StoredPaymentFacts = {
  paymentId: 'pi_000000000000000000000001',
  saleId: 'sale_000000000000000000000001',
  money: { amountMinor: 1250, currency: 'eur' },
  captureMethod: 'automatic',
  location: 'loc_1',
  reader: 'rdr_1',
  reference: 'Table 4',
  openedMs: 1_000,
  reserved: false,
  attempts: 1,
  sealedSeqs: [],
}

const accepted: Accepted & StoredOffline = {
  acceptedMs: 1_700_000_000_000,
  attemptId: 'att_1',
  card: {
    brand: 'visa',
    last4: '4242',
    bin: '42424242',
    expMonth: 12,
    expYear: 2030,
    entryMode: 'contact',
    cvm: 'signature',
    aid: 'A0000000031010',
    applicationLabel: 'VISA CREDIT',
    fingerprint: 'f',
  },
  receipt: {
    applicationPreferredName: '',
    applicationCryptogram: '0123456789ABCDEF',
    cryptogramType: 'ARQC',
    terminalVerificationResults: '0000008000',
    transactionStatusInformation: 'E800',
    authorisationResponseCode: 'Z3',
  },
  recordSeq: 3,
  recordHash: 'ab'.repeat(32),
  offlineKind: 'deferred',
  offlineWhy: 'internet',
  uploadUntilMs: 1_700_604_800_000,
}

const outcome = { payload: '{}', keyId: 'k', signature: 's' }

/** One payment in each state, as a device would hold it. */
export const samplePayments = {
  OPEN: { ...facts, state: 'OPEN' },
  ACCEPTED_ONLINE: {
    ...facts,
    ...accepted,
    state: 'ACCEPTED_ONLINE',
    responseCode: '00',
    approvalCode: 'A1B2C3',
  },
  QUEUED: { ...facts, ...accepted, state: 'QUEUED' },
  UPLOADED: { ...facts, ...accepted, state: 'UPLOADED' },
  PROCESSED: { ...facts, ...accepted, state: 'PROCESSED', outcome },
  FAILED_TO_PROCESS: { ...facts, ...accepted, state: 'FAILED_TO_PROCESS', code: '51', outcome },
  FAILED_TO_UPLOAD: { ...facts, ...accepted, state: 'FAILED_TO_UPLOAD', code: 'record_fork' },
  VOIDED: { ...facts, state: 'VOIDED', reason: 'canceled', voidedMs: 2_000 },
} as const satisfies { [State in StoredPayment['state']]: Extract<StoredPayment, { state: State }> }
