import {
  ascii1987,
  type Iso8583Message,
  parseAuthorisationAdviceAnswer,
  parseAuthorisationAnswer,
  parseFinancialAdviceAnswer,
  parseFinancialAnswer,
} from '@holdfast/iso8583'
import { beforeEach, describe, expect, it } from 'vitest'

import { createFingerprint } from './fingerprint.ts'
import type { HostReply } from './delivery.ts'
import { createHost, type Host, type HostDeps } from './host.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { Script } from './script.ts'
import {
  adviceMessage,
  authorisationAnswer,
  chipWithAtc,
  completionMessage,
  financialMessage,
  panOf,
  requestMessage,
  reversalCode,
  reversalMessage,
} from './test-support/sample-messages.ts'

let journal: Journal
let script: Script
let host: Host
let clockMs: number

const open = (changes: Partial<HostDeps> = {}): Host =>
  createHost({
    nowMs: () => clockMs,
    journal,
    fingerprint: createFingerprint(new Uint8Array(32)),
    script,
    ...changes,
  })

const answerTo = (message: Iso8583Message): Iso8583Message => {
  const reply = host.handle(message)
  if (reply.kind !== 'answer') throw new Error(reply.kind)
  return reply.message
}
const authorise = (...request: Parameters<typeof requestMessage>) =>
  authorisationAnswer(answerTo(requestMessage(...request)))
const reverse = (...advice: Parameters<typeof reversalMessage>) =>
  reversalCode(answerTo(reversalMessage(...advice)))
const advise = (...advice: Parameters<typeof adviceMessage>) => codeOf(answerTo(adviceMessage(...advice)))
const codeOf = (message: Iso8583Message): string => {
  const parsed = parseFinancialAdviceAnswer(message)
  if (!parsed.ok) throw new Error(`${message.mti} ${parsed.code}`)
  return parsed.value.responseCode
}
const available = (): number | null | undefined => host.accounts()[0]?.availableMinor

beforeEach(() => {
  journal = memoryJournal()
  script = new Script()
  clockMs = Date.UTC(2026, 10, 21, 9, 0, 0)
  host = open()
})

describe('advices', () => {
  it('ST12: a card-approved sale is charged once, however often it is told', () => {
    expect([advise(1), advise(1, { repeat: true }), advise(1)]).toEqual(['00', '00', '00'])
    expect(host.entries()).toMatchObject([
      {
        mti: '0220',
        kind: 'card_approved',
        outcome: 'approved',
        responseCode: 'Y1',
        chargedMinor: 1_250,
        timesAsked: 3,
      },
    ])
  })

  it('a voice approval keeps its code', () => {
    expect(advise(1, { advised: { kind: 'voice', approvalCode: 'VOICE1' } })).toBe('00')
    expect(host.entries()).toMatchObject([{ kind: 'voice', approvalCode: 'VOICE1', responseCode: '00' }])
  })

  it.each(['declined_05', 'declined_51', 'stolen_43'])(
    'is accepted for %s: nobody can decline it any more',
    (card) => {
      expect(advise(1, { card })).toBe('00')
      expect(host.entries()).toMatchObject([{ outcome: 'approved', chargedMinor: 1_250 }])
    },
  )

  it('may overdraw an account, and an authorisation then finds nothing left', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 1_000 })
    expect(advise(1)).toBe('00')
    expect(available()).toBe(-250)
    expect(authorise(2, { amountMinor: 1 }).responseCode).toBe('51')
  })

  it('refused technically, nothing is done, and the repeat does it', () => {
    script.add({ match: { message: 'advice', next: 1 }, do: { responseCode: '96' } })
    expect(advise(1)).toBe('96')
    expect(host.entries()).toEqual([])
    expect(advise(1, { repeat: true })).toBe('00')
  })

  it('is reversed like any other, and taken back for its repeats', () => {
    advise(1)
    expect([reverse(1, { form: 'advice' }), advise(1, { repeat: true })]).toEqual(['00', '25'])
    expect(host.entries()).toMatchObject([{ reversed: true, chargedMinor: 0 }])
  })

  it('a reversal that overtakes its advice keeps it from being charged', () => {
    expect(reverse(1)).toBe('25')
    expect([advise(1), advise(1, { repeat: true })]).toEqual(['25', '25'])
    expect(host.entries()).toMatchObject([{ chargedMinor: 0 }])
  })

  it('known ids of another kind, amount or card are refused and change nothing', () => {
    authorise(1)
    expect(advise(1)).toBe('12')
    advise(2)
    expect(advise(2, { amountMinor: 5 })).toBe('12')
    expect(advise(2, { card: 'amex' })).toBe('12')
    expect(authorise(2).responseCode).toBe('12')
    expect(host.entries().map(({ chargedMinor }) => chargedMinor)).toEqual([1_250, 1_250])
  })

  it('0120 is answered by 0130', () => {
    const reply = answerTo({ mti: '0120', fields: adviceMessage(1).fields })
    expect(parseAuthorisationAdviceAnswer(reply)).toMatchObject({ value: { responseCode: '00' } })
  })
})

describe('completions', () => {
  it('the final amount replaces what was held, once', () => {
    authorise(1)
    expect([
      codeOf(answerTo(completionMessage(1, 1_400))),
      codeOf(answerTo(completionMessage(1, 1_400))),
    ]).toEqual(['00', '00'])
    expect(host.entries()).toMatchObject([{ chargedMinor: 1_400, completedMinor: 1_400, timesAsked: 2 }])
    expect(codeOf(answerTo(completionMessage(1, 1_500)))).toBe('12')
  })

  it.each([
    ['of nothing', () => undefined, '25'],
    ['of a decline', () => authorise(1, { card: 'declined_05' }), '12'],
    ['of what was reversed', () => [authorise(1), reverse(1)], '25'],
  ])('%s charges nothing', (_, before, code) => {
    before()
    expect(codeOf(answerTo(completionMessage(1, 1_400)))).toBe(code)
    expect(host.entries().map(({ chargedMinor }) => chargedMinor)).not.toContain(1_400)
  })

  it('a reversal after it gives everything back', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 5_000 })
    authorise(1)
    answerTo(completionMessage(1, 1_400))
    expect(available()).toBe(3_600)
    reverse(1)
    expect(available()).toBe(5_000)
  })
})

describe('accounts', () => {
  it('are charged by approvals, and what is too much is declined with what is left', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 2_000 })
    expect(authorise(1)).toMatchObject({ responseCode: '00', balances: [{ amountMinor: 750 }] })
    expect(authorise(2)).toMatchObject({
      responseCode: '51',
      balances: [{ kind: 'available', currencyNumeric: '978', amountMinor: 750 }],
    })
    expect(available()).toBe(750)
  })

  it('MC3: approve what is left where the account allows it', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 800, partialApprovals: true })
    expect(authorise(1)).toMatchObject({
      responseCode: '10',
      amountMinor: 800,
      balances: [{ amountMinor: 0 }],
    })
    expect(authorise(2)).toMatchObject({ responseCode: '51' })
    expect(host.entries()).toMatchObject([{ amountMinor: 1_250, chargedMinor: 800 }, { chargedMinor: 0 }])
  })

  it('a prepaid card has one from the start, in each currency its own', () => {
    const codes = [1, 2, 3, 4, 5].map((sale) => authorise(sale, { card: 'prepaid' }).responseCode)
    expect(codes).toEqual(['00', '00', '00', '00', '51'])
    expect(authorise(6, { card: 'prepaid', currencyNumeric: '840', amountMinor: 6_000 })).toMatchObject({
      responseCode: '10',
      amountMinor: 5_000,
    })
  })

  it('a reversal gives back exactly once, however often and in whatever order it comes', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 2_000 })
    authorise(1)
    reverse(1, { reason: '32', replacementAmountMinor: 250 })
    expect(available()).toBe(1_750)
    for (const repeat of [false, true, true]) reverse(1, { repeat })
    reverse(1, { reason: '32', replacementAmountMinor: 900 })
    expect(available()).toBe(2_000)
    authorise(1, { repeat: true })
    expect(available()).toBe(2_000)
  })

  it('set again, so much is left from then on, or no limit at all', () => {
    authorise(1)
    expect(host.setAccount({ card: 'visa', currency: '978', availableMinor: 100 })).toEqual({
      card: 'visa',
      currency: '978',
      availableMinor: 100,
      chargedMinor: 1_250,
      partialApprovals: false,
    })
    expect(host.setAccount({ card: 'visa', currency: '978', availableMinor: null }).availableMinor).toBeNull()
    expect(authorise(2, { amountMinor: 999_999 }).responseCode).toBe('00')
  })

  it('a late decline: approved when asked at once, refused when it was stored', () => {
    expect(authorise(1, { card: 'declined_late_51' }).responseCode).toBe('00')
    expect(authorise(2, { card: 'declined_late_51', deferred: true }).responseCode).toBe('51')
  })
})

describe('financial requests', () => {
  it('0200 is decided like 0100 and answered by 0210 with the day it is booked on', () => {
    const parsed = parseFinancialAnswer(answerTo(financialMessage(1)))
    expect(parsed).toMatchObject({
      value: { responseCode: '00', amountMinor: 1_250, settlementDate: '1121' },
    })
    const repeat = parseFinancialAnswer(answerTo(financialMessage(1, { repeat: true })))
    expect(repeat).toEqual(parsed)
    expect(host.entries()).toMatchObject([{ mti: '0200', kind: 'online', timesAsked: 2 }])
  })

  it('a balance in an answer is the same in its repeat, whatever came in between', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 9_000 })
    const first = answerTo(requestMessage(1))
    authorise(2)
    expect(answerTo(requestMessage(1, { repeat: true }))).toEqual(first)
    expect(parseAuthorisationAnswer(first)).toMatchObject({ value: { balances: [{ amountMinor: 7_750 }] } })
  })
})

describe('card counters', () => {
  const ask = (sale: number, atc: number, deferred = false) =>
    authorise(sale, { emv: chipWithAtc(atc), deferred }).responseCode

  it('notes a counter that was seen before', () => {
    expect([ask(1, 7), ask(2, 7), ask(3, 9), ask(4, 8)]).toEqual(['00', '00', '00', '00'])
    expect(host.entries().map(({ atc, atcStale = false }) => [atc, atcStale])).toEqual([
      [7, false],
      [7, true],
      [9, false],
      [8, true],
    ])
  })

  it('strict, declines it unless the sale was stored', () => {
    host = open({ atcRule: 'strict' })
    expect([ask(1, 9), ask(2, 8), ask(3, 8, true), ask(4, 10)]).toEqual(['00', '82', '00', '00'])
  })
})

describe('chargebacks', () => {
  const rrn = 'R00000000001'

  it('take back a charge, in parts at most as a whole, and are listed', () => {
    authorise(1)
    expect(host.chargeBack({ rrn, amountMinor: 1_000, reason: '10.4' })).toMatchObject({ id: 'cb_000001' })
    expect(host.chargeBack({ rrn, amountMinor: 300, reason: '10.4' })).toBe('amount_too_large')
    expect(host.chargeBack({ rrn, reason: '13.1' })).toMatchObject({ amountMinor: 250 })
    expect(host.chargeBack({ rrn, reason: '13.1' })).toBe('not_charged')
    expect(host.chargebacks()).toMatchObject([
      { terminal: 'T1', rrn, currency: '978', reason: '10.4' },
      { reason: '13.1' },
    ])
    expect(host.entries()).toMatchObject([{ chargedMinor: 1_250, chargedBackMinor: 1_250 }])
  })

  it.each([
    ['an unknown sale', () => undefined, 'unknown_transaction'],
    ['a reversal without its sale', () => reverse(1), 'unknown_transaction'],
    ['a decline', () => authorise(1, { card: 'declined_05' }), 'not_charged'],
    ['another terminal', () => authorise(1, { terminalId: 'T2' }), 'unknown_transaction'],
  ])('are refused for %s', (_, before, refusal) => {
    before()
    expect(host.chargeBack({ rrn, terminal: 'T1', reason: '10.4' })).toBe(refusal)
  })
})

describe('a new host on the same journal', () => {
  it('has the same accounts, chargebacks, counters and clock', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 9_000, partialApprovals: true })
    authorise(1, { emv: chipWithAtc(9) })
    advise(2)
    answerTo(completionMessage(1, 1_300))
    host.chargeBack({ rrn: 'R00000000001', reason: '10.4' })
    host.advanceClock(3_600_000)
    const before = [host.accounts(), host.chargebacks(), host.entries(), host.nowMs()]
    host = open()
    expect([host.accounts(), host.chargebacks(), host.entries(), host.nowMs()]).toEqual(before)
    expect(host.nowMs()).toBe(clockMs + 3_600_000)
    authorise(3, { emv: chipWithAtc(9) })
    expect(host.entries().at(-1)).toMatchObject({ atcStale: true, atMs: clockMs + 3_600_000 })
  })

  it('P9: no card number in anything that is written', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 9_000 })
    authorise(1)
    advise(2)
    host.chargeBack({ rrn: 'R00000000001', reason: '10.4' })
    expect(JSON.stringify([journal.lines(), host.accounts(), host.chargebacks()])).not.toContain(
      panOf('visa'),
    )
  })
})

describe('script', () => {
  const reply = (...request: Parameters<typeof requestMessage>): HostReply =>
    host.handle(requestMessage(...request))

  it('a late answer goes just before the next answer to that terminal', () => {
    script.add({ match: { next: 1 }, do: { lateAnswer: true } })
    expect(reply(1)).toEqual({ kind: 'silence', why: 'held_back' })
    expect(reply(2, { terminalId: 'T2' })).not.toHaveProperty('late')
    expect(host.handle(reversalMessage(1))).toMatchObject({
      late: [{ mti: '0110', fields: { 11: '000001', 39: '00' } }],
      message: { mti: '0410' },
    })
    expect(reply(3)).not.toHaveProperty('late')
    expect(host.entries()).toMatchObject([{ reversed: true, chargedMinor: 0 }, {}, {}])
  })

  it.each([
    [{ cut: { afterBytes: 3 } }, { kind: 'cut', afterBytes: 3 }],
    [
      { garbage: true, delayMs: 5 },
      { kind: 'answer', damage: 'garbage', delayMs: 5 },
    ],
    [
      { wrongMac: true, duplicate: true },
      { kind: 'answer', damage: 'wrong_mac', copies: 2 },
    ],
    [
      { responseCode: '91', delayMs: 9 },
      { kind: 'answer', delayMs: 9, message: { fields: { 39: '91' } } },
    ],
  ] as const)('does %o', (action, expected) => {
    script.add({ match: {}, do: action })
    expect(reply(1)).toMatchObject(expected)
  })

  it('a late decline on demand: only of a sale that was stored', () => {
    script.add({ match: { deferred: true, card: 'visa' }, do: { responseCode: '51' } })
    expect([authorise(1), authorise(2, { deferred: true })].map(({ responseCode }) => responseCode)).toEqual([
      '00',
      '51',
    ])
  })

  it('an echo can be refused or lost as well', () => {
    const echo: Iso8583Message = { mti: '0800', fields: { 7: '1120180509', 11: '000001', 70: '301' } }
    script.add({ match: { message: 'network', next: 1 }, do: { responseCode: '91' } })
    script.add({ match: { message: 'network', next: 1 }, do: { drop: 'after' } })
    expect(answerTo(echo).fields[39]).toBe('91')
    expect(host.handle(echo)).toEqual({ kind: 'silence', why: 'dropped' })
    expect(answerTo(echo).fields[39]).toBe('00')
  })

  it('a key change is no function of a profile without MACs', () => {
    const change: Iso8583Message = { mti: '0800', fields: { 7: '1120180509', 11: '000001', 70: '101' } }
    expect(answerTo(change).fields[39]).toBe('40')
    host = open({ profile: ascii1987 })
    expect(answerTo(change).fields[39]).toBe('00')
  })
})
