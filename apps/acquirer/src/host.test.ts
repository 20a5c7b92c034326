import { decodeTlv, type Iso8583Message } from '@holdfast/iso8583'
import { beforeEach, describe, expect, it } from 'vitest'

import { createFingerprint } from './fingerprint.ts'
import { createHost, type Host, type HostDeps } from './host.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { Script } from './script.ts'
import {
  authorisationAnswer,
  panOf,
  requestMessage,
  reversalCode,
  reversalMessage,
} from './test-support/sample-messages.ts'

describe('host', () => {
  let journal: Journal
  let script: Script
  let host: Host

  const open = (changes: Partial<HostDeps> = {}): Host =>
    createHost({
      nowMs: () => 1_000,
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

  beforeEach(() => {
    journal = memoryJournal()
    script = new Script()
    host = open()
  })

  it.each(['001', '301'])('answers network management %s with 00', (code) => {
    const answer = answerTo({ mti: '0800', fields: { 7: '1120180509', 11: '000001', 70: code } })
    expect(answer).toEqual({ mti: '0810', fields: { 7: '1120180509', 11: '000001', 39: '00', 70: code } })
  })

  it.each([
    ['visa', false, '00'],
    ['declined_05', false, '05'],
    ['declined_late_51', false, '00'],
    ['declined_late_51', true, '51'],
    ['stolen_43', true, '43'],
  ])('%s, deferred %s, is answered %s', (card, deferred, code) => {
    const answer = authorise(1, { card, deferred })
    expect(answer).toMatchObject({ responseCode: code, stan: '000001', amountMinor: 1_250 })
    expect(answer.approvalCode).toEqual(code === '00' ? expect.stringMatching(/^[0-9]{6}$/) : undefined)
    expect(host.entries()).toMatchObject([
      { outcome: code === '00' ? 'approved' : 'declined', responseCode: code, deferred },
    ])
  })

  it('puts the response code into the chip data of the answer, where there was chip data', () => {
    const { emv } = authorise(1, { card: 'declined_51' })
    expect(emv && decodeTlv(emv)).toEqual({
      ok: true,
      items: [{ tag: '8A', value: Uint8Array.of(0x35, 0x31) }],
    })
  })

  it('gives each approval its own code', () => {
    const codes = Array.from({ length: 500 }, (_, sale) => authorise(sale).approvalCode)
    expect(new Set(codes).size).toBe(500)
  })

  it.each([false, true])('P2: asked again (as a repeat: %s), it answers as the first time', (repeat) => {
    const first = authorise(1)
    expect(authorise(1, { repeat })).toEqual(first)
    expect(host.entries()).toMatchObject([{ mti: '0100', timesAsked: 2, chargedMinor: 1_250 }])
    expect(authorise(2).approvalCode).not.toBe(first.approvalCode)
  })

  it('authorises a repeat whose original it never saw, once', () => {
    const first = authorise(1, { repeat: true })
    expect(first.responseCode).toBe('00')
    expect(authorise(1, { repeat: true })).toEqual(first)
    expect(host.entries()).toMatchObject([{ mti: '0101', timesAsked: 2 }])
  })

  it.each([
    ['RRN', { rrn: 'R00000000002' }],
    ['terminal', { terminalId: 'T2' }],
    ['acquirer', { acquirerId: '654321' }],
  ])('with another %s it is another sale', (_, changes) => {
    authorise(1)
    authorise(1, changes)
    expect(host.entries().map(({ chargedMinor }) => chargedMinor)).toEqual([1_250, 1_250])
  })

  it('P7: knows a sale again under another STAN or time, and reverses it so, unless it was told to know none', () => {
    const { stan: _stan, ...first } = authorise(1)
    expect(authorise(1, { stan: '000002' })).toEqual({ ...first, stan: '000002' })
    const saleLocalTime = { MMDD: '1120', hhmmss: '190510' }
    expect(authorise(1, { saleLocalTime })).toEqual({ ...first, stan: '000001', saleLocalTime })
    expect(host.entries()).toMatchObject([{ timesAsked: 3 }])
    reverse(1, { original: { mti: '0100', stan: '000002', transmittedAtMs: 0 } })
    expect(host.entries()).toMatchObject([{ reversed: true }])
    journal = memoryJournal()
    host = open({ knowsRrn: false })
    authorise(1)
    authorise(1, { saleLocalTime })
    expect(host.entries().map(({ chargedMinor }) => chargedMinor)).toEqual([1_250, 1_250])
  })

  it.each([
    ['amount', { amountMinor: 9_999 }],
    ['currency', { currencyNumeric: '840' }],
    ['card', { card: 'mastercard' }],
  ])('neither approves nor replays known ids with another %s', (_, changes) => {
    authorise(1)
    expect(authorise(1, changes)).toMatchObject({ responseCode: '12' })
    expect(host.entries()).toMatchObject([{ amountMinor: 1_250, chargedMinor: 1_250, responseCode: '00' }])
  })

  it('a reversal takes the charge back, as often as it comes', () => {
    authorise(1)
    expect([reverse(1), reverse(1, { repeat: true }), reverse(1)]).toEqual(['00', '00', '00'])
    expect(host.entries()).toMatchObject([{ outcome: 'approved', reversed: true, chargedMinor: 0 }])
  })

  it('a reversal finds its original without the card number', () => {
    authorise(1)
    const { mti, fields } = reversalMessage(1)
    const { 2: _pan, ...rest } = fields
    expect(reversalCode(answerTo({ mti, fields: rest }))).toBe('00')
    expect(host.entries()).toMatchObject([{ reversed: true }])
  })

  it('a repeat after the reversal is told that the approval is taken back, and charges nothing', () => {
    authorise(1)
    reverse(1)
    expect(authorise(1, { repeat: true }).responseCode).toBe('25')
    expect(host.entries()).toMatchObject([{ reversed: true, chargedMinor: 0 }])
  })

  it('a reversal that overtakes its request is answered 25, and the request declined', () => {
    expect(reverse(1)).toBe('25')
    expect(host.entries()).toMatchObject([{ outcome: 'never_seen', reversed: true, chargedMinor: 0 }])
    expect(authorise(1).responseCode).toBe('25')
    expect(authorise(1, { repeat: true }).responseCode).toBe('25')
    expect(host.entries()).toMatchObject([
      { outcome: 'declined', reversed: true, chargedMinor: 0, timesAsked: 2 },
    ])
  })

  it('a partial reversal leaves the rest charged, whatever order the reversals come in', () => {
    authorise(1)
    reverse(1, { reason: '32', replacementAmountMinor: 900 })
    reverse(1, { reason: '32', replacementAmountMinor: 1_100 })
    expect(host.entries()).toMatchObject([{ reversed: false, chargedMinor: 900 }])
    reverse(1)
    reverse(1, { reason: '32', replacementAmountMinor: 900 })
    expect(host.entries()).toMatchObject([{ reversed: true, chargedMinor: 0 }])
  })

  it('what cannot be read as the message it says is answered 30 with its ids', () => {
    const { mti, fields } = requestMessage(1)
    const { 49: _currency, ...rest } = fields
    expect(answerTo({ mti, fields: rest })).toMatchObject({ mti: '0110', fields: { 11: '000001', 39: '30' } })
    expect(host.entries()).toEqual([])
  })

  it('is silent to messages it does not know', () => {
    expect(host.handle({ mti: '0600', fields: {} })).toEqual({
      kind: 'silence',
      why: 'message_not_supported',
    })
  })

  it('P9: writes down no card number, only the same fingerprint for the same card', () => {
    authorise(1)
    authorise(2)
    authorise(3, { card: 'amex' })
    reverse(1)
    const [first, second, third] = host.entries().map(({ cardFingerprint }) => cardFingerprint)
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
    const written = JSON.stringify([journal.lines(), host.entries()])
    expect(written).not.toContain(panOf('visa'))
    expect(written).not.toContain(panOf('amex'))
  })

  it('a new host on the same journal knows everything again', () => {
    const first = authorise(1)
    authorise(2, { card: 'declined_51' })
    reverse(2)
    reverse(3)
    const before = host.entries()
    host = open()
    expect(host.entries()).toEqual(before)
    expect(authorise(1, { repeat: true })).toEqual(first)
    expect(authorise(3).responseCode).toBe('25')
    expect(authorise(4).approvalCode).not.toBe(first.approvalCode)
  })

  describe('script', () => {
    it('decides by card, by amount and for the next n', () => {
      script.add({ match: { card: 'visa', amountMinor: 666 }, do: { responseCode: '91' } })
      script.add({ match: { next: 2 }, do: { responseCode: '61' } })
      const codes = [
        authorise(1, { amountMinor: 666 }),
        authorise(2, { amountMinor: 666, card: 'amex' }),
        authorise(3),
        authorise(4),
        authorise(5, { amountMinor: 666 }),
      ].map(({ responseCode }) => responseCode)
      expect(codes).toEqual(['91', '61', '61', '00', '91'])
      expect(script.rules()).toHaveLength(1)
      script.clear()
      expect(authorise(6, { amountMinor: 666 }).responseCode).toBe('00')
    })

    it('approves a part (MC3)', () => {
      script.add({ match: {}, do: { responseCode: '10', approvedMinor: 500 } })
      expect(authorise(1)).toMatchObject({ responseCode: '10', amountMinor: 500 })
      expect(host.entries()).toMatchObject([{ amountMinor: 1_250, chargedMinor: 500 }])
    })

    it('does not decide a repeat anew', () => {
      authorise(1)
      script.add({ match: { next: 1 }, do: { responseCode: '05' } })
      expect(authorise(1, { repeat: true }).responseCode).toBe('00')
      expect(authorise(2).responseCode).toBe('05')
    })

    it('drops before: as if never received', () => {
      script.add({ match: { next: 1 }, do: { drop: 'before' } })
      expect(host.handle(requestMessage(1))).toEqual({ kind: 'silence', why: 'dropped' })
      expect(journal.lines()).toEqual([])
    })

    it('drops after: decided and written, and the repeat gets the answer', () => {
      script.add({ match: { next: 1 }, do: { drop: 'after' } })
      expect(host.handle(requestMessage(1))).toEqual({ kind: 'silence', why: 'dropped' })
      expect(host.entries()).toMatchObject([{ outcome: 'approved', timesAsked: 1 }])
      expect(authorise(1, { repeat: true }).responseCode).toBe('00')
    })

    it.each([
      [{ delayMs: 70 }, { kind: 'answer', delayMs: 70, copies: 1 }],
      [{ duplicate: true }, { kind: 'answer', delayMs: 0, copies: 2 }],
      [{ cut: true }, { kind: 'cut' }],
    ] as const)('does %o', (action, reply) => {
      script.add({ match: {}, do: action })
      expect(host.handle(requestMessage(1))).toMatchObject(reply)
      expect(host.entries()).toHaveLength(1)
    })

    it('touches reversals only when told, and a refused reversal reverses nothing', () => {
      script.add({ match: { message: 'reversal', next: 1 }, do: { responseCode: '91' } })
      script.add({ match: {}, do: { drop: 'before' } })
      expect(reverse(1)).toBe('91')
      expect(host.entries()).toEqual([])
      expect(reverse(1)).toBe('25')
    })
  })
})
