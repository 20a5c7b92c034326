import {
  concatBytes,
  type Crypto,
  type CryptogramType,
  currencyNumber,
  fromHex,
  type Money,
  must,
} from '@holdfast/core'
import { utf8 } from '@holdfast/envelope'

/** What the cryptogram vouches for. */
export interface CardTransaction {
  readonly money: Money
  /** Tag 9F37, 4 bytes. */
  readonly unpredictableNumber: Uint8Array
  /** Application transaction counter, tag 9F36. */
  readonly atc: number
}

/** The simulated card's secret, as its simulated issuer derives it again from the number. */
export function simulatedCardKey(crypto: Crypto, pan: string): Promise<Uint8Array> {
  return crypto.hmacSha256(utf8('holdfast simulated issuer v1'), utf8(pan))
}

/**
 * Simulated cryptogram, 8 bytes: HMAC-SHA256 over amount (n12), currency (n4), unpredictable number and ATC, where a
 * real card uses a MAC with an EMV session key. The second GENERATE AC adds its type and response code.
 */
export async function simulatedCryptogram(
  crypto: Crypto,
  cardKey: Uint8Array,
  transaction: CardTransaction,
  second?: { readonly type: CryptogramType; readonly authorisationResponseCode: string },
): Promise<Uint8Array> {
  const { money, unpredictableNumber, atc } = transaction
  const input = concatBytes(
    bytesOf(amountDigits(money)),
    bytesOf(currencyDigits(money)),
    unpredictableNumber,
    bytesOf(atcHex(atc)),
    second === undefined ? new Uint8Array() : utf8(second.type + second.authorisationResponseCode),
  )
  return (await crypto.hmacSha256(cardKey, input)).slice(0, 8)
}

/** Tag 9F02, n12. */
export function amountDigits(money: Money): string {
  return String(money.amountMinor).padStart(12, '0')
}

/** Tag 5F2A, n3 in two bytes. */
export function currencyDigits(money: Money): string {
  return currencyNumber(money.currency).padStart(4, '0')
}

/** Tag 9F36, two bytes. */
export function atcHex(atc: number): string {
  return atc.toString(16).toUpperCase().padStart(4, '0')
}

function bytesOf(hex: string): Uint8Array {
  return must(fromHex(hex), 'numbers of a transaction are whole bytes')
}
