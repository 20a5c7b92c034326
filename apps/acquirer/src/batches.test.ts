import {
  type BatchTotals,
  buildBatchUpload,
  buildReconciliationRequest,
  parseBatchUploadAnswer,
  parseReconciliationAnswer,
  type ReconciliationAnswer,
} from '@holdfast/iso8583'
import { beforeEach, describe, expect, it } from 'vitest'

import { createFingerprint } from './fingerprint.ts'
import { createHost, type Host } from './host.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { Script } from './script.ts'
import {
  adviceMessage,
  completionMessage,
  financialMessage,
  panOf,
  refundMessage,
  requestMessage,
  reversalMessage,
} from './test-support/sample-messages.ts'

const SENT_AT_MS = Date.UTC(2026, 10, 21, 22, 0, 0)

let journal: Journal
let script: Script
let host: Host

const open = (): Host =>
  createHost({ nowMs: () => SENT_AT_MS, journal, fingerprint: createFingerprint(new Uint8Array(32)), script })

beforeEach(() => {
  journal = memoryJournal()
  script = new Script()
  host = open()
})

const totals = (debits: number, debitsMinor: number, changes: Partial<BatchTotals> = {}): BatchTotals => ({
  credits: 0,
  creditsMinor: 0,
  reversedCredits: 0,
  reversedCreditsMinor: 0,
  debits,
  debitsMinor,
  reversedDebits: 0,
  reversedDebitsMinor: 0,
  ...changes,
})

function reconcile(batchTotals: BatchTotals, batchNumber = '000001', repeat = false): ReconciliationAnswer {
  const reply = host.handle(
    buildReconciliationRequest({
      repeat,
      transmittedAtMs: SENT_AT_MS,
      stan: '900001',
      localTime: { MMDD: '1121', hhmmss: '230000' },
      settlementDate: '1121',
      acquirerId: '123456',
      terminalId: 'T1',
      merchantId: 'SHOP1',
      currencyNumeric: '978',
      batchNumber,
      totals: batchTotals,
    }),
  )
  const parsed = reply.kind === 'answer' ? parseReconciliationAnswer(reply.message) : undefined
  if (parsed?.ok !== true) throw new Error(`no answer to 0500: ${reply.kind}`)
  return parsed.value
}

function upload(sale: number, amountMinor = 1_250, card = 'visa'): string {
  const stan = String(sale).padStart(6, '0')
  const reply = host.handle(
    buildBatchUpload({
      repeat: false,
      pan: panOf(card),
      expiry: '3012',
      processingCode: '000000',
      amountMinor,
      currencyNumeric: '978',
      transmittedAtMs: SENT_AT_MS,
      stan: String(sale + 800_000),
      saleLocalTime: { MMDD: '1120', hhmmss: '190509' },
      posEntryMode: '051',
      acquirerId: '123456',
      rrn: `R${String(sale).padStart(11, '0')}`,
      terminalId: 'T1',
      merchantId: 'SHOP1',
      approvalCode: 'A1B2C3',
      responseCode: '00',
      batchNumber: '000001',
      original: { mti: '0200', stan, transmittedAtMs: SENT_AT_MS },
    }),
  )
  const parsed = reply.kind === 'answer' ? parseBatchUploadAnswer(reply.message) : undefined
  if (parsed?.ok !== true) throw new Error(`no answer to 0320: ${reply.kind}`)
  return parsed.value.responseCode
}

describe('reconciliation', () => {
  it('in balance, the batch is closed and its sales belong to it', () => {
    host.handle(financialMessage(1))
    host.handle(adviceMessage(2))
    expect(reconcile(totals(2, 2_500))).toMatchObject({ responseCode: '00', totals: totals(2, 2_500) })
    expect(host.batches()).toMatchObject([{ number: '000001', terminal: 'T1', count: 2, netMinor: 2_500 }])
    expect(host.entries().map(({ batchNumber }) => batchNumber)).toEqual(['000001', '000001'])
    host.handle(financialMessage(3))
    expect(reconcile(totals(1, 1_250), '000002').responseCode).toBe('00')
  })

  it('asked again, it is answered as it was closed and closes nothing more', () => {
    host.handle(financialMessage(1))
    reconcile(totals(1, 1_250))
    host.handle(financialMessage(2))
    expect(reconcile(totals(1, 1_250), '000001', true).responseCode).toBe('00')
    expect(reconcile(totals(2, 2_500)).responseCode).toBe('95')
    expect(host.entries()[1]).not.toHaveProperty('batchNumber')
  })

  it('counts what is left after reversals and completions, and neither declines nor what is only authorised', () => {
    host.handle(financialMessage(1))
    host.handle(financialMessage(2))
    host.handle(reversalMessage(2))
    host.handle(financialMessage(3, { card: 'declined_05' }))
    host.handle(requestMessage(4))
    host.handle(financialMessage(5, { terminalId: 'T2' }))
    host.handle(financialMessage(6))
    host.handle(completionMessage(6, 1_400))
    expect(reconcile(totals(2, 2_650))).toMatchObject({
      responseCode: '00',
      totals: totals(3, 3_900, { reversedDebits: 1, reversedDebitsMinor: 1_250 }),
    })
  })

  it.each([
    ['count', totals(2, 1_250)],
    ['amount', totals(1, 1_251)],
  ])('another %s is out of balance, and nothing is closed', (_, theirs) => {
    host.handle(financialMessage(1))
    expect(reconcile(theirs)).toMatchObject({ responseCode: '95', totals: totals(1, 1_250) })
    expect(host.batches()).toEqual([])
  })
})

describe('batch upload', () => {
  it('adds what the host never saw, corrects an amount, and then the batch is in balance', () => {
    host.handle(financialMessage(1))
    const theirs = totals(2, 2_900)
    expect(reconcile(theirs).responseCode).toBe('95')
    expect([upload(1, 1_400), upload(2, 1_500), upload(2, 1_500)]).toEqual(['00', '00', '00'])
    expect(host.entries()).toMatchObject([
      { kind: 'online', chargedMinor: 1_400 },
      { kind: 'uploaded', mti: '0320', chargedMinor: 1_500 },
    ])
    expect(reconcile(theirs).responseCode).toBe('00')
    expect(upload(2, 9_999)).toBe('12')
  })

  it.each([
    ['what was reversed', () => [host.handle(financialMessage(1)), host.handle(reversalMessage(1))], '25'],
    ['a decline', () => host.handle(financialMessage(1, { card: 'declined_05' })), '12'],
    ['a sale of another card', () => host.handle(financialMessage(1, { card: 'amex' })), '12'],
  ])('does not charge %s', (_, before, code) => {
    before()
    const chargedBefore = host.entries().map(({ chargedMinor }) => chargedMinor)
    expect(upload(1, 9_999)).toBe(code)
    expect(host.entries().map(({ chargedMinor }) => chargedMinor)).toEqual(chargedBefore)
  })

  it('survives in the journal, and can be scripted to fail', () => {
    script.add({ match: { message: 'batch', next: 1 }, do: { responseCode: '96' } })
    expect(upload(1)).toBe('96')
    expect(upload(1)).toBe('00')
    reconcile(totals(1, 1_250))
    const before = [host.entries(), host.batches()]
    host = open()
    expect([host.entries(), host.batches()]).toEqual(before)
  })
})

describe('refunds in a batch', () => {
  const credits = (count: number, minor: number) => totals(2, 2_500, { credits: count, creditsMinor: minor })
  const refunded = (answered: string) => {
    host.handle(financialMessage(1))
    host.handle(financialMessage(2))
    const reply = host.handle(refundMessage(11, { sale: 1 }))
    expect(reply.kind === 'answer' && reply.message.fields[39]).toBe(answered)
  }

  it('ST12: count as credits, apart from the sales, and are settled with them', () => {
    refunded('00')
    expect(reconcile(totals(2, 2_500))).toMatchObject({
      responseCode: '95',
      totals: { debits: 2, debitsMinor: 2_500, credits: 1, creditsMinor: 750 },
    })
    expect(reconcile(credits(1, 750))).toMatchObject({ responseCode: '00' })
    expect(host.entries().map(({ batchNumber }) => batchNumber)).toEqual(['000001', '000001', '000001'])
    expect(host.batches()).toMatchObject([{ count: 3, netMinor: 1_750 }])
  })

  it('that were refused or taken back count on neither side', () => {
    script.add({ match: { message: 'refund', next: 1 }, do: { responseCode: '57' } })
    refunded('57')
    host.handle(refundMessage(12, { sale: 1 }))
    host.handle(reversalMessage(12, { amountMinor: 750 }))
    expect(reconcile(totals(2, 2_500))).toMatchObject({ responseCode: '00' })
  })
})

it('SQ17: a sale by 0200 takes its final amount while its batch is open, and none behind it', () => {
  const complete = (sale: number, amountMinor: number) => {
    const reply = host.handle(completionMessage(sale, amountMinor))
    return reply.kind === 'answer' && reply.message.fields[39]
  }
  host.handle(financialMessage(1))
  host.handle(financialMessage(2))
  expect(complete(1, 1_400)).toBe('00')
  expect(reconcile(totals(2, 2_650))).toMatchObject({ responseCode: '00' })
  expect([complete(1, 1_400), complete(2, 1_400)]).toEqual(['00', '12'])
  expect(host.entries().map(({ chargedMinor }) => chargedMinor)).toEqual([1_400, 1_250])
})
