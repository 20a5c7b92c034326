import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { beforeEach, describe, expect, it } from 'vitest'

import { createControl } from './control.ts'
import { createFingerprint } from './fingerprint.ts'
import { paidMinorOf } from './funding-book.ts'
import { createFundingFolder } from './funding-folder.ts'
import { createHost, type Host } from './host.ts'
import { type Journal, memoryJournal } from './journal.ts'
import { renderFundingFile } from './render-funding-file.ts'
import { Script } from './script.ts'
import {
  completionMessage,
  financialMessage,
  panOf,
  refundMessage,
  reversalMessage,
} from './test-support/sample-messages.ts'
import { settleBatch } from './test-support/settle-batch.ts'

let journal: Journal
let host: Host

const open = (): Host =>
  createHost({ nowMs: () => 1_000, journal, fingerprint: createFingerprint(new Uint8Array(32)) })

beforeEach(() => {
  journal = memoryJournal()
  host = open()
})

const rrnOf = (sale: number): string => `R${String(sale).padStart(11, '0')}`

function sell(...sales: readonly number[]): void {
  for (const sale of sales) host.handle(financialMessage(sale))
}

describe('funding', () => {
  it('ST16: each batch is paid once, with every sale that is charged in it', () => {
    sell(1, 2, 3, 4)
    host.handle(completionMessage(2, 1_400))
    host.handle(reversalMessage(3))
    host.handle(financialMessage(5, { card: 'declined_05' }))
    settleBatch(host, '000001', [1_250, 1_400, 1_250])
    sell(6)
    settleBatch(host, '000002', [1_250])
    const [first, second] = host.fundingFiles()
    expect(first).toMatchObject({ sequence: 1, file: 'F123456-SHOP1-978-000001', merchant: 'SHOP1' })
    expect(first?.items).toEqual(
      [1, 2, 4].map((sale) => ({
        kind: 'sale',
        terminal: 'T1',
        batch: '000001',
        stan: `00000${sale}`,
        rrn: rrnOf(sale),
        amountMinor: sale === 2 ? 1_400 : 1_250,
        feeMinor: 0,
      })),
    )
    expect(second?.items).toMatchObject([{ rrn: rrnOf(6), batch: '000002' }])
    expect(host.fundingFiles(1)).toEqual([second])
  })

  it('ST16: refunds of a batch are taken off with it, and cost nothing', () => {
    host.setFundingTerms({ basisPoints: 100, fixedMinor: 0, chargebackMinor: 0 })
    sell(1)
    host.handle(refundMessage(11, { sale: 1 }))
    settleBatch(host, '000001', [1_250], [750])
    expect(host.fundingFiles()[0]?.items).toMatchObject([
      { kind: 'sale', rrn: rrnOf(1), amountMinor: 1_250, feeMinor: 13 },
      { kind: 'refund', rrn: rrnOf(11), amountMinor: -750, feeMinor: 0 },
    ])
    expect(host.chargeBack({ rrn: rrnOf(1), amountMinor: 501, reason: '10.4' })).toBe('amount_too_large')
  })

  it('fees are those of the terms at that moment, a half rounded upwards', () => {
    host.setFundingTerms({ basisPoints: 140, fixedMinor: 25, chargebackMinor: 1_500 })
    host.handle(financialMessage(1, { amountMinor: 1_250 }))
    settleBatch(host, '000001', [1_250])
    host.setFundingTerms({ basisPoints: 0, fixedMinor: 0, chargebackMinor: 0 })
    sell(2)
    settleBatch(host, '000002', [1_250])
    // 1.4 % of 12.50 is 0.175.
    expect(host.fundingFiles().flatMap(({ items }) => items.map(({ feeMinor }) => feeMinor))).toEqual([43, 0])
    expect(paidMinorOf(host.fundingFiles()[0]?.items ?? [])).toBe(1_250 - 43)
  })

  it('ST1: what is contested is taken off the next payment with its fee, and what is won comes back', () => {
    host.setFundingTerms({ basisPoints: 0, fixedMinor: 0, chargebackMinor: 100 })
    sell(1)
    settleBatch(host, '000001', [1_250])
    const id = told(host.chargeBack({ rrn: rrnOf(1), amountMinor: 500, reason: '10.4' }))
    sell(2)
    settleBatch(host, '000002', [1_250])
    host.moveChargeback(id, 'won')
    host.moveChargeback(id, 'chargeback')
    sell(3)
    settleBatch(host, '000003', [1_250])
    expect(
      host.fundingFiles().map(({ items }) => items.map(({ kind, amountMinor }) => [kind, amountMinor])),
    ).toEqual([
      [['sale', 1_250]],
      [
        ['chargeback', -500],
        ['sale', 1_250],
      ],
      [
        ['chargeback_won', 500],
        ['chargeback', -500],
        ['sale', 1_250],
      ],
    ])
    expect(host.fundingFiles().map(({ items }) => paidMinorOf(items))).toEqual([1_250, 650, 1_250])
  })

  it('what leaves nothing to pay waits for the next batch', () => {
    sell(1)
    settleBatch(host, '000001', [1_250])
    host.chargeBack({ rrn: rrnOf(1), reason: '10.4' })
    sell(2)
    settleBatch(host, '000002', [1_250])
    expect(host.fundingFiles()).toHaveLength(1)
    sell(3)
    settleBatch(host, '000003', [1_250])
    expect(host.fundingFiles()[1]?.items).toMatchObject([
      { kind: 'chargeback', amountMinor: -1_250 },
      { kind: 'sale', batch: '000002' },
      { kind: 'sale', batch: '000003' },
    ])
  })

  it('comes out of the journal as it was, with no card number in it', () => {
    sell(1, 2)
    settleBatch(host, '000001', [1_250, 1_250])
    host.chargeBack({ rrn: rrnOf(1), amountMinor: 1, reason: '10.4', stage: 'inquiry' })
    const before = [host.fundingFiles(), host.fundingFiles().map(renderFundingFile), host.chargebacks()]
    host = open()
    expect([host.fundingFiles(), host.fundingFiles().map(renderFundingFile), host.chargebacks()]).toEqual(
      before,
    )
    expect(JSON.stringify(before)).not.toContain(panOf('visa'))
  })
})

describe('what is contested', () => {
  beforeEach(() => sell(1))

  it('goes from inquiry to chargeback to its end, and once more', () => {
    const id = told(host.chargeBack({ rrn: rrnOf(1), reason: '10.4', stage: 'inquiry' }))
    expect(host.moveChargeback(id, 'won')).toBe('chargeback_not_there_yet')
    const charged = () => host.entries()[0]?.chargedBackMinor ?? 0
    expect(charged()).toBe(0)
    for (const [stage, takenMinor] of [
      ['chargeback', 1_250],
      ['won', 0],
      ['chargeback', 1_250],
      ['lost', 1_250],
    ] as const) {
      expect(host.moveChargeback(id, stage)).toMatchObject({ id, stage })
      expect(charged()).toBe(takenMinor)
    }
    expect(host.moveChargeback(id, 'chargeback')).toBe('chargeback_not_there_yet')
    expect(host.moveChargeback('cb_000009', 'won')).toBe('unknown_chargeback')
    expect(host.chargebacks().map(({ sequence, stage }) => [sequence, stage])).toEqual([
      [1, 'inquiry'],
      [2, 'chargeback'],
      [3, 'won'],
      [4, 'chargeback'],
      [5, 'lost'],
    ])
  })

  it('is won twice and then for ever', () => {
    const id = told(host.chargeBack({ rrn: rrnOf(1), reason: '10.4' }))
    for (const stage of ['won', 'chargeback', 'won'] as const)
      expect(host.moveChargeback(id, stage)).toMatchObject({ stage })
    expect(host.moveChargeback(id, 'chargeback')).toBe('chargeback_not_there_yet')
  })

  it('is not taken back twice by an inquiry that comes too late', () => {
    const id = told(host.chargeBack({ rrn: rrnOf(1), reason: '10.4', stage: 'inquiry' }))
    host.chargeBack({ rrn: rrnOf(1), reason: '13.1' })
    expect(host.moveChargeback(id, 'chargeback')).toBe('chargeback_not_there_yet')
  })
})

describe('files', () => {
  let directory: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-funding-'))
    return () => rm(directory, { recursive: true })
  })

  it('are written whole, once, and are the same whoever asks and however often', async () => {
    sell(1)
    settleBatch(host, '000001', [1_250])
    const folder = () => createFundingFolder(join(directory, 'funding'))
    const app = createControl({ host, script: new Script(), journal, funding: folder() })
    const [listed] = (await app.inject('/funding')).json<{ file: string; items: number }[]>()
    expect(listed).toMatchObject({ file: 'F123456-SHOP1-978-000001', items: 1 })
    const url = `/funding/${listed?.file}`
    const texts = await Promise.all([1, 2, 3].map(async () => (await app.inject(url)).body))
    expect(new Set(texts).size).toBe(1)
    expect(await readdir(join(directory, 'funding'))).toEqual(['F123456-SHOP1-978-000001.jsonl'])
    // A draft of a process that died is nothing.
    await writeFile(join(directory, 'funding', 'F123456-SHOP1-978-000001.jsonl.x.part'), 'half')
    const other = createControl({ host: open(), script: new Script(), journal, funding: folder() })
    expect((await other.inject(url)).body).toBe(texts[0])
    expect((await app.inject('/funding?after=1')).json()).toEqual([])
    expect((await app.inject('/funding/F9')).statusCode).toBe(404)
    expect((await app.inject('/funding?after=x')).statusCode).toBe(400)
  })

  it('say in their last line what is before it', async () => {
    host.setFundingTerms({ basisPoints: 100, fixedMinor: 0, chargebackMinor: 0 })
    sell(1, 2)
    settleBatch(host, '000001', [1_250, 1_250])
    const [file] = host.fundingFiles()
    const lines = (file === undefined ? '' : renderFundingFile(file)).split('\n')
    expect(lines).toHaveLength(5)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      format: 'holdfast-funding',
      version: 1,
      file: 'F123456-SHOP1-978-000001',
      acquirerId: '123456',
      merchant: 'SHOP1',
      currency: '978',
      madeAtMs: 1_000,
    })
    expect(JSON.parse(lines[3] ?? '')).toEqual({
      items: 2,
      grossMinor: 2_500,
      feesMinor: 26,
      paidMinor: 2_474,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })
})

function told(row: ReturnType<Host['chargeBack']>): string {
  if (typeof row === 'string') throw new Error(row)
  return row.id
}
