import { signStatement } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Journal } from '../journal/journal.ts'
import type { JournalStep } from '../journal/journal-step.ts'
import { voidDraft } from '../journal/void-draft.ts'
import { nodeClock } from '../node/node-platform.ts'
import { openSqliteJournalStore } from '../node/sqlite-journal-store.ts'
import { deviceKey } from './device-key.ts'
import { openSaleStep } from './journal-steps.ts'
import { gatewayKey, sampleEnrolment, sampleLease } from './sample-lease.ts'

/** What a journal does on a disk that is really full, or really fails. Prints one line of JSON. */
const [, , mode = '', directory = ''] = process.argv
const file = path.join(directory, 'journal.sqlite')
const clock = nodeClock()
const issuedAtMs = Math.trunc(clock.wallMs())
const lease = sampleLease({ issuedAtMs, expiresAtMs: issuedAtMs + 3_600_000 })
const store = openSqliteJournalStore(file, { reserveBytes: 512 * 1_024 })
const deps = { store, crypto: nodeCrypto, key: deviceKey, clock, app: 'hard disk', storeName: 'sqlite' }
const journal = await Journal.found(deps, sampleEnrolment(), await signStatement(gatewayKey, 'lease', lease))
if (journal === null) throw new Error('not founded')

const open = () => journal.append(openSaleStep({ amountMinor: 10 }))
const voidOf = (paymentId: string): JournalStep<unknown, null> => ({
  load: (reads) => reads.payment(paymentId),
  build(state, payment) {
    // The test has just opened it.
    const known = payment as Parameters<typeof voidDraft>[1][number]
    return { do: 'commit', value: null, draft: voidDraft(state, [known], 'canceled') }
  },
})

async function full(): Promise<object> {
  const opened: string[] = []
  for (let sold = 0; sold < 30; sold += 1) {
    const sale = await open()
    if (sale.ok) opened.push(sale.value)
  }
  const filler = path.join(directory, 'filler')
  fill(filler)
  const codes: string[] = []
  for (let tries = 0; tries < 200 && codes.at(-1) !== 'journal_full'; tries += 1) {
    const sale = await open()
    if (sale.ok) opened.push(sale.value)
    codes.push(sale.ok ? 'ok' : sale.code)
  }
  const voids: string[] = []
  for (const paymentId of opened) {
    const voided = await journal?.append(voidOf(paymentId))
    voids.push(voided?.ok === true ? 'ok' : (voided?.code ?? ''))
  }
  rmSync(filler)
  const afterwards = await open()
  return {
    refused: codes.at(-1),
    opened: opened.length,
    voided: voids.filter((code) => code === 'ok').length,
    afterwards: afterwards.ok ? 'ok' : afterwards.code,
    accepts: journal?.accepts,
  }
}

/** The side file may not grow beyond what the shell allows: a write fails half-way through. */
async function failing(): Promise<object> {
  const codes: string[] = []
  const seqs: number[] = []
  for (let tries = 0; tries < 400; tries += 1) {
    const sale = await open()
    codes.push(sale.ok ? 'ok' : sale.code)
    if (sale.ok) seqs.push(sale.records.at(-1)?.header.seq ?? 0)
    if (codes.filter((code) => code !== 'ok').length > 0 && codes.slice(-5).every((code) => code === 'ok'))
      break
  }
  await store.close()
  const again = openSqliteJournalStore(file, { reserveBytes: 1_024 })
  const records = await again.records({ afterSeq: 0, limit: 10_000 })
  const held = new Set(records.map(({ seq }) => seq))
  return {
    failures: codes.filter((code) => code !== 'ok'),
    acknowledged: seqs.length,
    lost: seqs.filter((seq) => !held.has(seq)).length,
    whole: records.every(({ seq }, index) => seq === index + 1),
    head: (await again.head())?.seq === records.length,
  }
}

function fill(name: string): void {
  const handle = openSync(name, 'w')
  for (let size = 65_536; size >= 1;) {
    try {
      writeSync(handle, new Uint8Array(size).fill(7))
    } catch {
      size = Math.floor(size / 4)
    }
  }
  closeSync(handle)
}

process.stdout.write(JSON.stringify(await (mode === 'full' ? full() : failing())))
