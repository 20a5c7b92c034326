import {
  type Iso8583Message,
  parseBatchUploadAnswer,
  parseFinancialAnswer,
  parseReversalAnswer,
} from '@holdfast/iso8583'
import { beforeEach, describe, expect, it } from 'vitest'

import { createFingerprint } from './fingerprint.ts'
import { createHost, type Host } from './host.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { Script, type ScriptAction } from './script.ts'
import {
  completionMessage,
  financialMessage,
  refundMessage,
  refundUpload,
  requestMessage,
  reversalMessage,
} from './test-support/sample-messages.ts'

let journal: Journal
let script: Script
let host: Host

const open = (knowsRrn = true): Host =>
  createHost({
    nowMs: () => Date.UTC(2026, 10, 21, 9, 0, 0),
    journal,
    fingerprint: createFingerprint(new Uint8Array(32)),
    script,
    knowsRrn,
  })

const answerTo = (message: Iso8583Message): Iso8583Message => {
  const reply = host.handle(message)
  if (reply.kind !== 'answer') throw new Error(reply.kind)
  return reply.message
}
const codeOf = (message: Iso8583Message): string => {
  const answer = answerTo(message)
  const parse = { '0210': parseFinancialAnswer, '0330': parseBatchUploadAnswer, '0410': parseReversalAnswer }[
    answer.mti
  ]
  const parsed = parse?.(answer)
  if (parsed?.ok !== true) throw new Error(`${answer.mti} cannot be read`)
  return parsed.value.responseCode
}
const sell = (sale: number) => codeOf(financialMessage(sale))
const refund = (...asked: Parameters<typeof refundMessage>) => codeOf(refundMessage(...asked))
const say = (action: ScriptAction) => script.add({ match: { message: 'refund', next: 1 }, do: action })
const charged = () => host.accounts()[0]?.chargedMinor

beforeEach(() => {
  journal = memoryJournal()
  script = new Script()
  host = open()
})

describe('TM14: a refund by 0200 with processing code 20', () => {
  it('is paid once, however often it is asked, also after a restart', () => {
    sell(1)
    expect(refund(11, { sale: 1 })).toBe('00')
    expect(refund(11, { sale: 1, repeat: true })).toBe('00')
    host = open()
    expect(refund(11, { sale: 1, repeat: true })).toBe('00')
    expect(charged()).toBe(500)
    expect(host.entries()).toMatchObject([
      { kind: 'online', chargedMinor: 1_250, refundedMinor: 750 },
      { kind: 'refund', mti: '0200', chargedMinor: -750, saleRrn: 'R00000000001', timesAsked: 3 },
    ])
  })

  it('is known again by its RRN under another STAN, unless the host knows none', () => {
    sell(1)
    expect([refund(11, { sale: 1 }), refund(11, { sale: 1, stan: '000012' })]).toEqual(['00', '00'])
    expect(charged()).toBe(500)
    // Its sender has to know its own message again.
    expect(answerTo(refundMessage(11, { sale: 1, stan: '000019' })).fields[11]).toBe('000019')
    host = open(false)
    expect(refund(11, { sale: 1, stan: '000013', amountMinor: 500 })).toBe('00')
    expect(charged()).toBe(0)
  })

  it('answers a repeat with the very approval code of the first time', () => {
    sell(1)
    const [first, second] = [refundMessage(11, { sale: 1 }), refundMessage(11, { sale: 1, repeat: true })]
    expect(answerTo(second)).toEqual(answerTo(first))
  })

  it('gives back no more than the sale still charges, in parts or at once', () => {
    sell(1)
    expect(refund(11, { sale: 1 })).toBe('00')
    expect(refund(12, { sale: 1, amountMinor: 501 })).toBe('13')
    expect(refund(13, { sale: 1, amountMinor: 500 })).toBe('00')
    expect(refund(14, { sale: 1, amountMinor: 1 })).toBe('13')
    expect(charged()).toBe(0)
  })

  it.each<readonly [string, string, Parameters<typeof refundMessage>[1], () => void]>([
    ['a sale that nobody knows', '25', { sale: 9 }, () => sell(1)],
    ['a sale that was taken back', '25', { sale: 1 }, () => [sell(1), codeOf(reversalMessage(1))]],
    ['a sale that was only held', '12', { sale: 1 }, () => answerTo(requestMessage(1))],
    ['the sale of another card', '12', { sale: 1, card: 'mastercard' }, () => sell(1)],
    ['another currency', '12', { sale: 1, currencyNumeric: '840' }, () => sell(1)],
    ['a number that no card has', '14', { pan: '4000000000000001' }, () => undefined],
  ])('of %s is refused with %s, and nothing goes back', (_what, code, asked, before) => {
    before()
    expect(refund(11, asked)).toBe(code)
    expect(host.entries().at(-1)).toMatchObject({ kind: 'refund', outcome: 'declined', chargedMinor: 0 })
  })

  it('of a sale that was completed reaches to the final amount', () => {
    answerTo(requestMessage(1))
    answerTo(completionMessage(1, 1_400))
    expect(refund(11, { sale: 1, amountMinor: 1_401 })).toBe('13')
    expect(refund(12, { sale: 1, amountMinor: 1_400 })).toBe('00')
  })

  it('MC7: without its sale it goes to the card all the same', () => {
    expect(refund(11)).toBe('00')
    expect(charged()).toBe(-750)
  })

  it('that an issuer refused stays refused; one that nobody decided is decided the next time', () => {
    sell(1)
    say({ responseCode: '91' })
    expect(refund(11, { sale: 1 })).toBe('91')
    say({ responseCode: '57' })
    expect(refund(11, { sale: 1, repeat: true })).toBe('57')
    expect(refund(11, { sale: 1, repeat: true })).toBe('57')
    expect(charged()).toBe(1_250)
  })

  it('whose answer is lost is paid, and its repeat says so', () => {
    sell(1)
    say({ drop: 'after' })
    expect(host.handle(refundMessage(11, { sale: 1 })).kind).toBe('silence')
    expect(refund(11, { sale: 1, repeat: true })).toBe('00')
    expect(charged()).toBe(500)
  })

  it('is taken back by its reversal, also where that came first, and then never paid', () => {
    sell(1)
    const back = (of: number) => codeOf(reversalMessage(of, { amountMinor: 750, processingCode: '200000' }))
    refund(11, { sale: 1 })
    expect([back(11), back(11)]).toEqual(['00', '00'])
    expect(refund(11, { sale: 1, repeat: true })).toBe('25')
    expect(back(12)).toBe('25')
    expect(refund(12, { sale: 1 })).toBe('25')
    expect(charged()).toBe(1_250)
    expect(host.entries()[0]).toMatchObject({ refundedMinor: 0 })
    // What came back may go out again.
    expect(refund(13, { sale: 1, amountMinor: 1_250 })).toBe('00')
  })

  it('is no sale under the same ids, nor a sale a refund', () => {
    sell(1)
    refund(11, { sale: 1 })
    expect(sell(11)).toBe('12')
    expect(refund(1, { amountMinor: 1_250 })).toBe('12')
    expect(charged()).toBe(500)
  })

  it.each(['0100', '0120', '0220'])('is not taken by %s', (mti) => {
    const { fields } = financialMessage(1)
    const answer = answerTo({ mti, fields: { ...fields, 3: '200000', 38: '123456', 39: '00' } })
    expect(answer.fields[39]).toBe('12')
    expect(host.entries().every(({ chargedMinor }) => chargedMinor === 0)).toBe(true)
  })
})

describe('TM14: a refund that only the batch presents, by 0320', () => {
  it('is paid once, however often the batch tells it', () => {
    answerTo(requestMessage(1))
    answerTo(completionMessage(1, 1_250))
    const told = (stan?: string) => codeOf(refundUpload(11, { sale: 1, ...(stan ? { stan } : {}) }))
    expect([told(), told('000555'), told('000556')]).toEqual(['00', '00', '00'])
    expect(charged()).toBe(500)
    expect(host.entries().at(-1)).toMatchObject({ kind: 'refund', mti: '0320', timesAsked: 3 })
  })

  it('keeps to the rules of the other, and tells a refund that was asked by 0200 in detail', () => {
    sell(1)
    expect(codeOf(refundUpload(11, { sale: 9 }))).toBe('25')
    expect(refund(12, { sale: 1 })).toBe('00')
    expect(codeOf(refundUpload(12, { sale: 1, stan: '000777' }))).toBe('00')
    expect(charged()).toBe(500)
  })
})
