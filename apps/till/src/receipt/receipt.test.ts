import { offlineKinds } from '@holdfast/core'
import { createTranslator, type Language, languages, messages } from '@holdfast/ui'
import { describe, expect, test } from 'vitest'
import { tillMessages } from '../messages/index.ts'
import { samplePayments, sampleSettings } from '../test-support/sample-payment.ts'
import { type CopyKind, type ReceiptWords, writeReceipt, type WrittenReceipt } from './receipt.ts'

type State = Exclude<keyof typeof samplePayments, 'OPEN'>

const locales: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR', es: 'es-ES' }
const APPROVED = /approv|authoris|autoris|aprob|autoriz|approuv/i

function words(language: Language): ReceiptWords {
  const locale = locales[language]
  return {
    till: createTranslator(tillMessages[language], locale),
    shared: createTranslator(messages[language], locale),
    locale,
    timeZone: 'UTC',
  }
}

function written(state: State, copy: CopyKind, language: Language = 'en'): WrittenReceipt {
  const receipt = writeReceipt(samplePayments[state], copy, sampleSettings, words(language))
  if (receipt === null) throw new Error(`a ${state} payment has a receipt`)
  return receipt
}

function textOf(receipt: WrittenReceipt): string {
  const lines = receipt.lines.map((line) => `${line.label}: ${line.value}`)
  return [receipt.status, receipt.note ?? '', ...lines].join('\n')
}

describe('SQ13: the receipt of a stored payment', () => {
  test.each(languages)(
    'says "accepted offline" to the customer and nothing of an approval (%s)',
    (language) => {
      for (const state of ['QUEUED', 'UPLOADED', 'FAILED_TO_UPLOAD'] as const)
        expect(textOf(written(state, 'customer', language))).not.toMatch(APPROVED)
    },
  )

  test('tells the merchant that nobody has authorised it', () => {
    const receipt = written('QUEUED', 'merchant')
    expect(receipt.status).toBe('Stored — not yet authorised')
    expect(receipt.note).toContain('Risk: the merchant')
  })

  test('carries the payment id, which is final at the moment of sale (MP9)', () => {
    expect(textOf(written('QUEUED', 'customer'))).toContain('pi_000000000000000000000001')
  })
})

test('an online payment shows the authorisation code on both copies', () => {
  for (const copy of ['customer', 'merchant'] as const)
    expect(textOf(written('ACCEPTED_ONLINE', copy))).toContain('Authorisation code: A1B2C3')
})

test('the cryptogram and the line for a signature are the merchant’s', () => {
  expect(textOf(written('QUEUED', 'merchant'))).toContain('ARQC 0123456789ABCDEF')
  expect(textOf(written('QUEUED', 'customer'))).not.toContain('0123456789ABCDEF')
  expect(written('QUEUED', 'merchant').wantsSignature).toBe(true)
  expect(written('QUEUED', 'customer').wantsSignature).toBe(false)
})

test('the amount and the time are written for the language', () => {
  const receipt = written('QUEUED', 'customer', 'fr')
  expect(receipt.amount.replaceAll(/\s/gu, ' ')).toBe('12,50 €')
  expect(textOf(receipt)).toContain('14 nov. 2023')
})

test('MC3: a part that was approved stands on both copies beside what is owed', () => {
  const partly = { ...samplePayments.ACCEPTED_ONLINE, approvedMinor: 700 }
  for (const copy of ['customer', 'merchant'] as const) {
    const receipt = writeReceipt(partly, copy, sampleSettings, words('en'))
    expect(receipt).toMatchObject({ amount: '€12.50', status: 'Approved in part' })
    expect(receipt?.lines).toContainEqual({ label: 'Approved', value: '€7.00' })
    expect(receipt?.lines).toContainEqual({ label: 'Still to pay', value: '€5.50' })
  }
})

describe('DESIGN §3.5: three kinds, three texts on the merchant’s copy', () => {
  const texts = offlineKinds.map((offlineKind) => {
    const voiceCode = offlineKind === 'voice' ? { voiceCode: '654321' } : {}
    const stored = { ...samplePayments.QUEUED, offlineKind, ...voiceCode }
    return writeReceipt(stored, 'merchant', sampleSettings, words('en'))
  })

  test('by status, by note and by name', () => {
    expect(new Set(texts.map((text) => text?.status)).size).toBe(3)
    expect(new Set(texts.map((text) => text?.note)).size).toBe(3)
    const names = texts.map((text) => text?.lines.find(({ label }) => label === 'Kind')?.value)
    expect(names).toEqual(['Deferred', 'Approved by the card', 'Approved by telephone'])
  })

  test('only what the bank said by telephone has a code', () => {
    const codes = texts.map((text) => text?.lines.find(({ label }) => label === 'Authorisation code')?.value)
    expect(codes).toEqual([undefined, undefined, '654321'])
  })
})

test('an open sale has no receipt', () => {
  expect(writeReceipt(samplePayments.OPEN, 'customer', sampleSettings, words('en'))).toBeNull()
})
