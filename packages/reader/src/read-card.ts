import type { Crypto } from '@holdfast/core'
import type { CardSecrets, ReadRequest, ReceiptTags } from '@holdfast/protocol'
import { type CounterStore, nextCount } from './card-counters.ts'
import { chipData, PAN_SEQUENCE, upperHex } from './chip-data.ts'
import type { CardBehaviour, CardName, SimulatedCard } from './simulated-cards.ts'
import { type CardTransaction, simulatedCardKey, simulatedCryptogram } from './simulated-cryptogram.ts'

export interface ReaderWorld {
  readonly crypto: Crypto
  /** Names a card within one account; never leaves the reader. */
  readonly fingerprintKey: Uint8Array
  readonly serialNumber: string
  readonly counters: CounterStore
}

/** Everything of the first GENERATE AC. `secrets` must be sealed and then forgotten. */
export interface FirstAnswer {
  /** Empty for a magnetic stripe. */
  readonly cryptogram: Uint8Array
  readonly receipt: ReceiptTags
  readonly secrets: CardSecrets
  readonly second: SecondCryptogram | null
}

/** What a second GENERATE AC needs; nothing in it names the card. */
export interface SecondCryptogram {
  readonly unable: 'TC' | 'AAC'
  readonly cardKey: Uint8Array
  readonly transaction: CardTransaction
}

export type ChipBehaviour = Exclude<CardBehaviour, { kind: 'failing' | 'stripe' }>

const ATC_MAX = 0xffff
/** Tag 9F41 has eight digits. */
const SEQUENCE_MAX = 99_999_999

export async function readChip(
  world: ReaderWorld,
  chip: { readonly name: CardName; readonly card: SimulatedCard; readonly behaviour: ChipBehaviour },
  request: ReadRequest,
): Promise<FirstAnswer> {
  const { crypto, counters, serialNumber } = world
  const { name, card, behaviour } = chip
  const { application, cvm, first } = behaviour
  const contactless = behaviour.kind === 'contactless'
  const localTime = new Date(request.nowMs + request.utcOffsetMin * 60_000).toISOString()
  const terminalVerificationResults = verificationResults(card, behaviour, localTime)
  const transaction: CardTransaction = {
    money: request.money,
    unpredictableNumber: crypto.randomBytes(4),
    atc: nextCount(counters, name, ATC_MAX),
  }
  const cardKey = await simulatedCardKey(crypto, card.pan)
  const cryptogram = await simulatedCryptogram(crypto, cardKey, transaction)
  const emv = chipData({
    ...transaction,
    type: first,
    cryptogram,
    application,
    contactless,
    cvm,
    terminalVerificationResults,
    localTime,
    serialNumber,
    sequence: nextCount(counters, 'reader', SEQUENCE_MAX),
  })
  return {
    cryptogram,
    receipt: {
      applicationPreferredName: application.label,
      applicationCryptogram: upperHex(cryptogram),
      cryptogramType: first,
      terminalVerificationResults,
      // Data authentication, cardholder verification, card and terminal risk management were performed.
      transactionStatusInformation: contactless ? '0000' : 'E800',
      authorisationResponseCode: first === 'AAC' ? 'Z1' : '',
    },
    secrets: { pan: card.pan, expiry: card.expiry, panSequence: PAN_SEQUENCE, track2: null, emv },
    second: behaviour.kind === 'contact' ? { unable: behaviour.unable, cardKey, transaction } : null,
  }
}

/** A stripe can only ask the issuer, and it proves nothing: an ARQC without a cryptogram. */
export function readStripe(card: SimulatedCard, trackTail: string): FirstAnswer {
  return {
    cryptogram: new Uint8Array(),
    receipt: {
      applicationPreferredName: '',
      applicationCryptogram: '',
      cryptogramType: 'ARQC',
      terminalVerificationResults: '',
      transactionStatusInformation: '',
      authorisationResponseCode: '',
    },
    secrets: {
      pan: card.pan,
      expiry: card.expiry,
      panSequence: null,
      track2: `${card.pan}D${card.expiry}${trackTail}`,
      emv: '',
    },
    second: null,
  }
}

/** Tag 95 at the first GENERATE AC (EMV Book 3 annex C5). */
function verificationResults(card: SimulatedCard, behaviour: ChipBehaviour, localTime: string): string {
  const contact = behaviour.kind !== 'contactless'
  const expired = localTime.slice(2, 4) + localTime.slice(5, 7) > card.expiry
  const bytes = [
    behaviour.kind === 'cda_broken' ? CDA_FAILED : 0,
    expired ? EXPIRED : 0,
    behaviour.cvm === 'online_pin' ? ONLINE_PIN_CAPTURED : 0,
    // Floor limits are zero nearly everywhere; a tap is measured against the terminal's contactless limits instead.
    contact ? ABOVE_FLOOR_LIMIT : 0,
    0,
  ]
  return upperHex(Uint8Array.from(bytes))
}

const CDA_FAILED = 0x04
const EXPIRED = 0x40
const ONLINE_PIN_CAPTURED = 0x04
const ABOVE_FLOOR_LIMIT = 0x80
