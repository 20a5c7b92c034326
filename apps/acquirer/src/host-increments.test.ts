import {
  buildBatchUpload,
  type Iso8583Message,
  parseBatchUploadAnswer,
  parseFinancialAdviceAnswer,
} from '@holdfast/iso8583'
import { beforeEach, describe, expect, it } from 'vitest'

import { createFingerprint } from './fingerprint.ts'
import { createHost, type Host, type HostDeps } from './host.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { Script } from './script.ts'
import {
  authorisationAnswer,
  completionMessage,
  financialMessage,
  incrementMessage,
  panOf,
  requestMessage,
  reversalCode,
  reversalMessage,
} from './test-support/sample-messages.ts'

const NOW_MS = Date.UTC(2026, 10, 21, 9, 0, 0)

let journal: Journal
let script: Script
let host: Host

const open = (changes: Partial<HostDeps> = {}): Host =>
  createHost({
    nowMs: () => NOW_MS,
    journal,
    fingerprint: createFingerprint(new Uint8Array(32)),
    script,
    tipPercentMax: 0,
    ...changes,
  })

const answerTo = (message: Iso8583Message): Iso8583Message => {
  const reply = host.handle(message)
  if (reply.kind !== 'answer') throw new Error(reply.kind)
  return reply.message
}
const hold = (...request: Parameters<typeof requestMessage>) =>
  authorisationAnswer(answerTo(requestMessage(...request))).responseCode
const increase = (...request: Parameters<typeof incrementMessage>) =>
  authorisationAnswer(answerTo(incrementMessage(...request))).responseCode
const reverse = (...advice: Parameters<typeof reversalMessage>) =>
  reversalCode(answerTo(reversalMessage(...advice)))
const complete = (amountMinor: number) => {
  const parsed = parseFinancialAdviceAnswer(answerTo(completionMessage(1, amountMinor)))
  return parsed.ok ? parsed.value.responseCode : parsed.code
}
const upload = (amountMinor: number) => {
  const message = buildBatchUpload({
    repeat: false,
    pan: panOf('visa'),
    expiry: '3012',
    processingCode: '000000',
    amountMinor,
    currencyNumeric: '978',
    transmittedAtMs: NOW_MS,
    stan: '800001',
    saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
    posEntryMode: '051',
    acquirerId: '123456',
    rrn: 'R00000000001',
    terminalId: 'T1',
    merchantId: 'SHOP1',
    responseCode: '00',
    batchNumber: '000001',
    original: { mti: '0100', stan: '000001', transmittedAtMs: NOW_MS },
  })
  const parsed = parseBatchUploadAnswer(answerTo(message))
  return parsed.ok ? parsed.value.responseCode : parsed.code
}
const available = (): number | null | undefined => host.accounts()[0]?.availableMinor

beforeEach(() => {
  journal = memoryJournal()
  script = new Script()
  host = open()
})

describe('more held on an approval', () => {
  it('is decided against the balance, and the row of its sale shows it', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 1_800 })
    expect([hold(1), increase(2, { sale: 1 })]).toEqual(['00', '00'])
    expect(available()).toBe(50)
    expect(increase(3, { sale: 1, amountMinor: 51 })).toBe('51')
    expect(increase(4, { sale: 1, amountMinor: 50 })).toBe('00')
    expect(host.entries()).toMatchObject([
      {
        rrn: 'R00000000001',
        approvedMinor: 1_250,
        chargedMinor: 1_800,
        increments: [
          { ids: { rrn: 'R00000000002' }, amountMinor: 500, outcome: 'approved', reversed: false },
          { ids: { rrn: 'R00000000003' }, amountMinor: 51, outcome: 'declined', responseCode: '51' },
          { ids: { rrn: 'R00000000004' }, amountMinor: 50, outcome: 'approved' },
        ],
      },
    ])
  })

  it('P2: asked twice, it is held once and answered as the first time', () => {
    hold(1)
    const first = authorisationAnswer(answerTo(incrementMessage(2, { sale: 1 })))
    const again = authorisationAnswer(answerTo(incrementMessage(2, { sale: 1, repeat: true })))
    expect(again).toEqual(first)
    expect(first.approvalCode).toMatch(/^[0-9]{6}$/)
    expect(host.entries()).toMatchObject([{ chargedMinor: 1_750, increments: [{ timesAsked: 2 }] }])
    expect(increase(2, { sale: 1, amountMinor: 600, repeat: true })).toBe('12')
  })

  it('is known again by its RRN under another STAN, where the host knows those', () => {
    hold(1)
    increase(2, { sale: 1 })
    expect(increase(2, { sale: 1, stan: '000777', repeat: true })).toBe('00')
    expect(host.entries()).toMatchObject([{ chargedMinor: 1_750 }])
    host = open({ knowsRrn: false })
    expect(increase(2, { sale: 1, repeat: true })).toBe('00')
    expect(host.entries()).toMatchObject([{ chargedMinor: 1_750 }])
  })

  it('under another STAN is another one where the host knows no RRN, and each is repeated and taken back by itself', () => {
    host = open({ knowsRrn: false })
    hold(1)
    expect([increase(2, { sale: 1 }), increase(2, { sale: 1, stan: '000777', amountMinor: 70 })]).toEqual([
      '00',
      '00',
    ])
    expect(increase(2, { sale: 1, stan: '000777', amountMinor: 70, repeat: true })).toBe('00')
    expect(host.entries()).toMatchObject([
      { chargedMinor: 1_820, increments: [{ timesAsked: 1 }, { timesAsked: 2 }] },
    ])
    expect(reverse(2, { original: { mti: '0100', stan: '000777', transmittedAtMs: NOW_MS } })).toBe('00')
    expect(host.entries()).toMatchObject([
      { chargedMinor: 1_750, increments: [{ reversed: false }, { reversed: true }] },
    ])
  })

  it('follows from the journal alone: a restarted host goes on with it', () => {
    hold(1)
    increase(2, { sale: 1 })
    reverse(2)
    increase(3, { sale: 1, amountMinor: 70 })
    const before = host.entries()
    host = open()
    expect(host.entries()).toEqual(before)
    expect([increase(2, { sale: 1, repeat: true }), reverse(2)]).toEqual(['25', '00'])
    expect(complete(1_320)).toBe('00')
  })

  it.each([
    ['of a sale that nobody knows', '25', () => undefined],
    ['of a sale that was declined', '25', () => hold(1, { card: 'declined_05' })],
    ['of a sale that was taken back', '25', () => [hold(1), reverse(1)]],
    ['of a sale that was completed', '12', () => [hold(1), complete(1_250)]],
    ['of a sale that the 0200 has taken', '12', () => answerTo(financialMessage(1))],
  ])('%s is answered %s and holds nothing', (_what, code, before) => {
    before()
    const charged = host.entries()[0]?.chargedMinor
    expect(increase(2, { sale: 1 })).toBe(code)
    expect(host.entries()[0]?.chargedMinor).toBe(charged)
  })

  it('by another card, in another currency or of another message is refused', () => {
    hold(1)
    expect(increase(2, { sale: 1, card: 'mastercard' })).toBe('12')
    expect(increase(3, { sale: 1, currencyNumeric: '840' })).toBe('12')
    const original = { mti: '0100', stan: '000009', transmittedAtMs: NOW_MS }
    expect(increase(4, { sale: 1, original })).toBe('25')
    expect(host.entries()).toMatchObject([{ chargedMinor: 1_250 }])
  })

  it('approved for a part by script, only that part is held', () => {
    hold(1)
    script.add({ match: { message: 'increment', next: 1 }, do: { responseCode: '10', approvedMinor: 200 } })
    expect(authorisationAnswer(answerTo(incrementMessage(2, { sale: 1 })))).toMatchObject({
      responseCode: '10',
      amountMinor: 200,
    })
    expect(host.entries()).toMatchObject([{ chargedMinor: 1_450 }])
  })
})

describe('taken back', () => {
  it('by itself it leaves the first approval as it was', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 2_000 })
    hold(1)
    increase(2, { sale: 1 })
    expect([reverse(2), reverse(2)]).toEqual(['00', '00'])
    expect(available()).toBe(750)
    expect(host.entries()).toMatchObject([
      { chargedMinor: 1_250, reversed: false, increments: [{ reversed: true }] },
    ])
    expect(increase(2, { sale: 1, repeat: true })).toBe('25')
  })

  it('before it was heard, it is never held', () => {
    hold(1)
    expect(reverse(2)).toBe('25')
    expect([increase(2, { sale: 1 }), increase(2, { sale: 1, repeat: true })]).toEqual(['25', '25'])
    expect(host.entries()[0]).toMatchObject({ chargedMinor: 1_250 })
  })

  it('with its sale, everything goes, and what comes later changes nothing', () => {
    host.setAccount({ card: 'visa', currency: '978', availableMinor: 2_000 })
    hold(1)
    increase(2, { sale: 1 })
    expect(reverse(1)).toBe('00')
    expect(available()).toBe(2_000)
    expect([increase(2, { sale: 1, repeat: true }), increase(3, { sale: 1 }), reverse(2)]).toEqual([
      '25',
      '25',
      '00',
    ])
    expect(host.entries()).toMatchObject([{ chargedMinor: 0, reversed: true }])
  })
})

describe('a raised amount is taken exactly up to what is held', () => {
  const raised = () => {
    hold(1)
    increase(2, { sale: 1 })
    increase(3, { sale: 1, amountMinor: 100 })
    reverse(3)
  }

  it.each([
    ['completion', complete],
    ['batch upload', upload],
  ])('by %s', (_how, take) => {
    raised()
    expect([take(1_751), take(1_750)]).toEqual(['13', '00'])
    expect(host.entries()).toMatchObject([{ completedMinor: 1_750, chargedMinor: 1_750 }])
  })

  it('with a tip on top of all that is held', () => {
    host = open({ tipPercentMax: 20 })
    raised()
    expect([complete(2_101), complete(2_100)]).toEqual(['13', '00'])
  })

  it('once it was taken, a late reversal of a part of the hold changes nothing', () => {
    raised()
    complete(1_700)
    expect(reverse(2)).toBe('00')
    expect(host.entries()).toMatchObject([{ chargedMinor: 1_700 }])
  })
})
