import { assert, type CardholderVerification, type CryptogramType, toHex } from '@holdfast/core'
import type { Application } from './simulated-cards.ts'
import { amountDigits, atcHex, type CardTransaction, currencyDigits } from './simulated-cryptogram.ts'

export interface ChipTransaction extends CardTransaction {
  /** Local date and time at the terminal, ISO 8601. */
  readonly localTime: string
  readonly application: Application
  readonly contactless: boolean
  readonly type: CryptogramType
  readonly cryptogram: Uint8Array
  readonly cvm: CardholderVerification
  readonly terminalVerificationResults: string
  /** Tag 9F41, counts the reader's transactions. */
  readonly sequence: number
  readonly serialNumber: string
}

/**
 * DE55 as given at the first GENERATE AC: the set that practically every acquirer takes, and nothing that would name
 * the card (57, 5A, 5F20, 5F24 never). Upper-case hexadecimal.
 */
export function chipData(chip: ChipTransaction): string {
  return berTlv([
    ['9F26', upperHex(chip.cryptogram)],
    ['9F27', CRYPTOGRAM_INFORMATION[chip.type]],
    ['9F10', ISSUER_APPLICATION_DATA],
    ['9F37', upperHex(chip.unpredictableNumber)],
    ['9F36', atcHex(chip.atc)],
    ['95', chip.terminalVerificationResults],
    ['9A', digitsOf(chip.localTime.slice(2, 10))],
    ['9F21', digitsOf(chip.localTime.slice(11, 19))],
    ['9C', PURCHASE],
    ['9F02', amountDigits(chip.money)],
    ['5F2A', currencyDigits(chip.money)],
    ['82', chip.contactless ? '2000' : '3901'],
    ['9F1A', TERMINAL_COUNTRY],
    ['9F33', '60F8C8'],
    ['9F34', CVM_RESULTS[chip.cvm]],
    ['9F35', ATTENDED_ONLINE_CAPABLE],
    [
      '9F1E',
      asciiHex(
        chip.serialNumber
          .replaceAll(/[^0-9A-Za-z]/g, '')
          .slice(-8)
          .padStart(8, '0'),
      ),
    ],
    ['84', chip.application.aid],
    ['9F09', chip.application.version],
    ['9F41', String(chip.sequence).padStart(8, '0')],
    ['5F34', PAN_SEQUENCE],
  ])
}

export const PAN_SEQUENCE = '01'

const CRYPTOGRAM_INFORMATION = { AAC: '00', TC: '40', ARQC: '80' } as const satisfies Record<
  CryptogramType,
  string
>

/** Our own format, as the cryptogram is: length, key index, version FF for "simulated", no card verification results. */
const ISSUER_APPLICATION_DATA = '0601FF00000000'
const PURCHASE = '00'
/** ISO 3166: the simulated terminals stand in France. */
const TERMINAL_COUNTRY = '0250'
const ATTENDED_ONLINE_CAPABLE = '22'

/** EMV Book 4 annex A4: method performed, its condition, and its result (02 done, 00 only the issuer or a person knows). */
const CVM_RESULTS: Record<CardholderVerification, string> = {
  none: '1F0302',
  offline_pin: '440302',
  online_pin: '420300',
  signature: '5E0300',
  device: '1F0302',
}

/** EMV Book 3 annex B. Every value here is short, so lengths have one byte. */
function berTlv(items: readonly (readonly [tag: string, valueHex: string])[]): string {
  let text = ''
  for (const [tag, valueHex] of items) {
    const length = valueHex.length / 2
    assert(Number.isInteger(length) && length < 0x80, `tag ${tag} has whole bytes and a short length`)
    text += tag + length.toString(16).toUpperCase().padStart(2, '0') + valueHex
  }
  return text
}

function digitsOf(text: string): string {
  return text.replaceAll(/[-:]/g, '')
}

function asciiHex(text: string): string {
  return upperHex(new TextEncoder().encode(text))
}

export function upperHex(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase()
}
