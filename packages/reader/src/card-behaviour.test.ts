import { receiptTags, cardFacts, type OnlineAnswer } from '@holdfast/protocol'
import { describe, expect, test } from 'vitest'
import { cardNames } from './simulated-cards.ts'
import { readCard, readRequest, testReader } from './test-support/read-request.ts'

const UNABLE: OnlineAnswer = { online: 'unable' }
const answered = (responseCode: string): OnlineAnswer => ({ online: 'answered', responseCode })

/** Columns: first cryptogram, its TVR, then type and response code at the end if approved and if unable to go online. */
const chip = ['contact', 'offline_pin', 'ARQC', '0000008000', 'TC 00', 'AAC Z3'] as const
const table = {
  visa: ['visa', 'A0000000031010', ...chip],
  mastercard: ['mastercard', 'A0000000041010', ...chip],
  amex: ['amex', 'A00000002501', 'contact', 'signature', ...chip.slice(2)],
  cb_visa: ['cartes_bancaires', 'A0000000421010', ...chip],
  interac: ['interac', 'A0000002771010', ...chip],
  declined_05: ['visa', 'A0000000031010', ...chip],
  declined_51: ['visa', 'A0000000031010', ...chip],
  declined_late_51: ['visa', 'A0000000031010', ...chip],
  stolen_43: ['visa', 'A0000000031010', ...chip],
  offline_approving: ['mastercard', 'A0000000041010', ...chip.slice(0, 5), 'TC Y3'],
  prepaid: ['visa', 'A0000000031010', ...chip],
  contactless_visa: [
    'visa',
    'A0000000031010',
    'contactless',
    'none',
    'ARQC',
    '0000000000',
    'null 00',
    'null ',
  ],
  eea_contactless_pin: [
    'visa',
    'A0000000031010',
    'contactless',
    'online_pin',
    'ARQC',
    '0000040000',
    'null 00',
    'null ',
  ],
  expired: ['visa', 'A0000000031010', 'contact', 'offline_pin', 'ARQC', '0040008000', 'TC 00', 'AAC Z3'],
  magstripe: ['discover', '', 'magnetic_stripe', 'signature', 'ARQC', '', 'null 00', 'null '],
  cda_broken: [
    'mastercard',
    'A0000000041010',
    'contact',
    'offline_pin',
    'AAC',
    '0400008000',
    'null Z1',
    'null Z1',
  ],
}
const failures = { blocked: 'card_blocked', pin_wrong: 'card_pin_wrong', removed: 'card_removed' }

async function endOf(card: string, answer: OnlineAnswer): Promise<string> {
  const reader = testReader()
  const { readId, receipt: first } = await readCard(reader, card)
  const { cryptogram, receipt } = await reader.complete(readId, answer)
  expect(receiptTags.parse(receipt)).toEqual(receipt)
  const renewed = receipt.applicationCryptogram !== first.applicationCryptogram
  expect(renewed).toBe(cryptogram !== null)
  expect(receipt.cryptogramType).toBe(cryptogram ?? first.cryptogramType)
  return `${cryptogram} ${receipt.authorisationResponseCode}`
}

describe('each card', () => {
  test('is in one of the two tables', () => {
    expect([...Object.keys(table), ...Object.keys(failures)].sort()).toEqual([...cardNames].sort())
  })

  test.each(Object.entries(table))('%s is read and ended as its row says', async (card, row) => {
    const read = await readCard(testReader(), card)
    const { facts, receipt } = read
    expect(cardFacts.parse(facts)).toEqual(facts)
    expect(receiptTags.parse(receipt)).toEqual(receipt)
    expect(read.cryptogram).toBe(receipt.cryptogramType)
    expect([
      facts.brand,
      facts.aid,
      facts.entryMode,
      facts.cvm,
      read.cryptogram,
      receipt.terminalVerificationResults,
      await endOf(card, answered('00')),
      await endOf(card, UNABLE),
    ]).toEqual(row)
    expect(receipt.authorisationResponseCode).toBe(card === 'cda_broken' ? 'Z1' : '')
  })

  test.each(Object.entries(failures))('%s fails with %s and frees the reader', async (card, code) => {
    const reader = testReader({ present: () => card })
    expect(await reader.begin(readRequest())).toEqual({ status: 'failed', code })
    expect(reader.state()).toBe('idle')
  })

  test.each(['visa', 'offline_approving'])(
    '%s ends with AAC when the issuer declines, whatever it would do alone',
    async (card) => {
      expect(await endOf(card, answered('51'))).toBe('AAC 51')
      expect(await endOf(card, answered('91'))).toBe('AAC 91')
    },
  )

  test('takes a response code that is not its own length for a decline', async () => {
    expect(await endOf('visa', answered('100'))).toBe('AAC 05')
    expect(await endOf('visa', answered(''))).toBe('AAC 05')
  })

  test('shows the end of its number and, if it has sixteen digits, eight of its beginning', async () => {
    expect((await readCard(testReader(), 'visa')).facts).toMatchObject({ bin: '42424242', last4: '4242' })
    expect((await readCard(testReader(), 'amex')).facts).toMatchObject({ bin: '378282', last4: '0005' })
    expect((await readCard(testReader(), 'expired')).facts).toMatchObject({ expMonth: 1, expYear: 2020 })
  })

  test('has one fingerprint per account key, on every reader', async () => {
    const one = await readCard(testReader(), 'visa')
    const two = await readCard(testReader({ serialNumber: 'OTHER' }), '4242424242424242')
    const other = await readCard(testReader({ fingerprintKey: new Uint8Array(32).fill(8) }), 'visa')
    const sibling = await readCard(testReader(), 'declined_05')
    expect(one.facts.fingerprint).toHaveLength(22)
    expect(two.facts.fingerprint).toBe(one.facts.fingerprint)
    expect(other.facts.fingerprint).not.toBe(one.facts.fingerprint)
    expect(sibling.facts.fingerprint).not.toBe(one.facts.fingerprint)
  })
})
