import { type CardAnswer, hostCapture, type Parsed } from '@holdfast/iso8583'
import { describe, expect, test } from 'vitest'
import { judgeAdvice, judgeSale } from './judge-answer.ts'

const host = hostCapture

function answered(responseCode: string): Parsed<CardAnswer> {
  const saleLocalTime = { MMDD: '1121', hhmmss: '101500' }
  const ids = { stan: '000001', rrn: 'RRN000000001', terminalId: 'HF000001', saleLocalTime }
  return { ok: true, value: { ...ids, responseCode, approvalCode: '123456', amountMinor: 700 } }
}

describe('the answer to a sale', () => {
  test.each<readonly [code: string, becomes: object]>([
    ['00', { kind: 'approved', responseCode: '00', approvalCode: '123456', amountMinor: 700 }],
    ['10', { kind: 'approved', responseCode: '10', approvalCode: '123456', amountMinor: 700 }],
    // For people: call, come back another day, enter the PIN. The code stays, and finds the advice.
    ['05', { kind: 'declined', responseCode: '05' }],
    ['51', { kind: 'declined', responseCode: '51' }],
    ['01', { kind: 'declined', responseCode: '01' }],
    ['55', { kind: 'declined', responseCode: '55' }],
    // For the machine.
    ['91', { kind: 'retry_later', responseCode: '91', triesMax: 20, afterMs: 1_000 }],
    ['68', { kind: 'no_answer' }],
    ['94', { kind: 'no_answer' }],
    // Of no table: it answers, and it does not approve.
    ['7Z', { kind: 'declined', responseCode: '7Z' }],
    ['0A', { kind: 'declined', responseCode: '0A' }],
    ['25', { kind: 'declined', responseCode: '25' }],
  ])('%s is %o', (code, becomes) => {
    expect(judgeSale(host, { repeat: false }, answered(code))).toEqual(becomes)
  })

  test('has the retry rule of the profile before that of the common table, also for codes of its own', () => {
    const retry = {
      '91': { kind: 'never' },
      '05': { kind: 'again', triesMax: 3, afterMs: 60_000 },
      Q1: { kind: 'again', triesMax: 2, afterMs: 5_000 },
      N0: { kind: 'resolve' },
    } as const
    const judge = (code: string) => judgeSale({ ...host, retry }, { repeat: false }, answered(code))
    expect(judge('91')).toEqual({ kind: 'declined', responseCode: '91' })
    expect(judge('05')).toEqual({
      kind: 'retry_later',
      responseCode: '05',
      triesMax: 3,
      afterMs: 60_000,
    })
    expect(judge('Q1')).toEqual({ kind: 'retry_later', responseCode: 'Q1', triesMax: 2, afterMs: 5_000 })
    expect(judge('N0')).toEqual({ kind: 'no_answer' })
  })

  test('to a repeat, that the host does not find it says that it was taken back', () => {
    expect(judgeSale(host, { repeat: true }, answered('25'))).toEqual({ kind: 'reversed', wasKnown: true })
  })

  test('that cannot be read is none', () => {
    const unreadable = { ok: false, code: 'wrong_message' } as const
    expect(judgeSale(host, { repeat: false }, unreadable)).toEqual({ kind: 'no_answer' })
  })
})

describe('the answer to an advice', () => {
  const money = { amountMinor: 1_250, currency: 'eur' } as const
  const byCard = { repeat: false, money, advised: { kind: 'card_approved', responseCode: 'Y3' } } as const

  test.each<readonly [code: string, becomes: object]>([
    ['00', { kind: 'approved', responseCode: 'Y3', approvalCode: 'Y3', amountMinor: 1_250 }],
    ['91', { kind: 'no_answer' }],
    // Never a decline: the sale is done.
    ['51', { kind: 'refused', responseCode: '51' }],
    ['30', { kind: 'refused', responseCode: '30' }],
    ['94', { kind: 'refused', responseCode: '94' }],
    ['7Z', { kind: 'refused', responseCode: '7Z' }],
  ])('%s is %o', (code, becomes) => {
    expect(judgeAdvice(host, byCard, answered(code))).toEqual(becomes)
  })

  test('of a voice stands with the code that was given', () => {
    const voice = { repeat: true, money, advised: { kind: 'voice', approvalCode: 'V01CE1' } } as const
    expect(judgeAdvice(host, voice, answered('00'))).toMatchObject({
      responseCode: '00',
      approvalCode: 'V01CE1',
    })
    expect(judgeAdvice(host, voice, answered('25'))).toEqual({ kind: 'reversed', wasKnown: true })
  })
})
