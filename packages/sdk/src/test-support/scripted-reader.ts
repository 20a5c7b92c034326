import type { CardFacts, CryptogramType, EntryMode } from '@holdfast/core'
import type {
  BeginResult,
  CompleteResult,
  OnlineAnswer,
  Reader,
  ReaderInfo,
  ReceiptTags,
  ReadRequest,
} from '@holdfast/protocol'

export const READER_ID = 'rdr_000000000000000000000001'

export interface ScriptedCard {
  readonly first?: CryptogramType
  readonly finalOnline?: CryptogramType | null
  readonly finalOffline?: CryptogramType | null
  readonly facts?: Partial<CardFacts>
}

/** A reader whose next card the test names. What it seals is a text that tells the read. */
export class ScriptedReader implements Reader {
  info: ReaderInfo = {
    readerId: READER_ID,
    model: 'scripted',
    serialNumber: 'S-1',
    offlineCapable: true,
    entryModes: ['contact', 'contactless'],
  }
  card: ScriptedCard = {}
  readonly completed: { readonly readId: string; readonly answer: OnlineAnswer }[] = []
  /** What it was armed for, each time. */
  readonly armed: (readonly EntryMode[] | undefined)[] = []
  #waiting: ((result: BeginResult) => void) | null = null
  /** While true, no card is presented. */
  absent = false

  async begin(request: ReadRequest): Promise<BeginResult> {
    this.armed.push(request.entryModes)
    if (this.absent) return new Promise((resolve) => (this.#waiting = resolve))
    const { readId } = request
    const cryptogram = this.card.first ?? 'ARQC'
    const read = {
      readId,
      cryptogram,
      facts: { ...FACTS, ...this.card.facts },
      receipt: tags(cryptogram),
      cryptogramSha256: 'c'.repeat(64),
      sealed: JSON.stringify({ sealedFor: readId, context: request.context }),
    }
    return { status: 'read', read }
  }

  async complete(readId: string, answer: OnlineAnswer): Promise<CompleteResult> {
    this.completed.push({ readId, answer })
    const { finalOnline = null, finalOffline = null } = this.card
    const cryptogram = answer.online === 'answered' ? finalOnline : finalOffline
    return { cryptogram, receipt: tags(cryptogram ?? 'ARQC') }
  }

  cancel(): void {
    this.#waiting?.({ status: 'canceled' })
    this.#waiting = null
  }
}

const FACTS: CardFacts = {
  brand: 'visa',
  last4: '4242',
  bin: '424242',
  expMonth: 12,
  expYear: 2040,
  entryMode: 'contact',
  cvm: 'offline_pin',
  aid: 'A0000000031010',
  applicationLabel: 'VISA',
  fingerprint: 'fp-visa-4242',
}

function tags(cryptogramType: CryptogramType): ReceiptTags {
  return {
    applicationPreferredName: 'VISA',
    applicationCryptogram: '0011223344556677',
    cryptogramType,
    terminalVerificationResults: '0000008000',
    transactionStatusInformation: 'E800',
    authorisationResponseCode: 'Z3',
  }
}
