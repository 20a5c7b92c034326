import type { CardRead, CompleteResult, Reader, ReadRequest } from '@holdfast/protocol'
import { randomText, SEALED_BYTES } from './payment-record.ts'

/** One reader for all: the bench gateway lists it in every lease. */
export const BENCH_READER_ID = 'rdr_000000000000000000000001'

/** A card is read in no time: what is measured is the storing. The sealed block is as large as the other queues' one. */
export function benchReader(): Reader {
  const receipt = {
    applicationPreferredName: 'VISA',
    applicationCryptogram: '0011223344556677',
    cryptogramType: 'ARQC',
    terminalVerificationResults: '0000008000',
    transactionStatusInformation: 'E800',
    authorisationResponseCode: 'Z3',
  } as const
  return {
    info: {
      readerId: BENCH_READER_ID,
      model: 'bench',
      serialNumber: 'B-1',
      offlineCapable: true,
      entryModes: ['contact'],
    },
    begin: (request) => Promise.resolve({ status: 'read', read: readOf(request, receipt) }),
    complete: () => Promise.resolve<CompleteResult>({ cryptogram: null, receipt }),
    cancel: () => undefined,
  }
}

function readOf({ readId }: ReadRequest, receipt: CardRead['receipt']): CardRead {
  return {
    readId,
    cryptogram: 'ARQC',
    facts: {
      brand: 'visa',
      last4: '4242',
      bin: '424242',
      expMonth: 12,
      expYear: 2040,
      entryMode: 'contact',
      cvm: 'offline_pin',
      aid: 'A0000000031010',
      applicationLabel: 'VISA',
      // Another customer each time, as at a till: what is kept per card is then short.
      fingerprint: `fp-${readId.slice(5)}`,
    },
    receipt,
    cryptogramSha256: 'c'.repeat(64),
    sealed: randomText(SEALED_BYTES),
  }
}
