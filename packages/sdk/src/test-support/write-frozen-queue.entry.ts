import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { JournalStore } from '../journal/journal-store.ts'
import { openSqliteJournalStore } from '../node/sqlite-journal-store.ts'
import { goOffline, openSale, openWorld, sell } from './world.ts'

/** Writes one folder of the corpus of frozen queues: `node write-frozen-queue.entry.ts v1`. See its README. */
const [, , version = ''] = process.argv
if (!/^v\d+$/.test(version)) throw new Error('name the folder: v1, v2, …')
const folder = path.join(import.meta.dirname, '../../test-data/queues', version)
const working = mkdtempSync(path.join(tmpdir(), 'holdfast-frozen-'))
const file = path.join(working, 'journal.sqlite')
const store = openSqliteJournalStore(file, { reserveBytes: 1_024 })
const world = await openWorld({ store })
const said = { amountMinor: 1_000, currency: 'eur', attempt: null, approvalCode: null } as const

await sell(world)
await goOffline(world)
const approved = await sell(world, { offlineBehavior: 'force_offline' })
const declined = await sell(world, { offlineBehavior: 'force_offline' })
const uploaded = await sell(world, { offlineBehavior: 'force_offline', captureMethod: 'manual' })
world.gateway.fault = () => null
await world.clock.advance(60_000)
const outcome = { ...said, status: 'succeeded', responseCode: '00' } as const
await world.gateway.say({ ...outcome, payment: approved.intent.paymentId })
await world.gateway.say({
  ...outcome,
  payment: declined.intent.paymentId,
  status: 'declined',
  responseCode: '51',
})
await world.clock.advance(30_000)
world.gateway.verdict = (header) =>
  header.kind === 'payment.accepted'
    ? { verdict: 'parked', code: 'duplicate_suspected' }
    : { verdict: 'received', code: null }
const parked = await sell(world, { offlineBehavior: 'force_offline' })
await world.clock.advance(60_000)
world.gateway.verdict = () => ({ verdict: 'received', code: null })
await goOffline(world)
const queued = await sell(world, { reference: 'table 4' })
const taken = await sell(world)
await world.terminal.cancelPaymentIntent(taken.intent.paymentId, 'paid_otherwise')
const exported = await world.terminal.exportQueue()
if (exported.status !== 'exported') throw new Error(exported.code)
const dangling = await openSale(world)

const names = {
  approved: 'PROCESSED',
  declined: 'FAILED_TO_PROCESS',
  uploaded: 'UPLOADED',
  parked: 'FAILED_TO_UPLOAD',
  queued: 'QUEUED',
  taken: 'VOIDED',
} as const
const ids = { approved, declined, uploaded, parked, queued, taken }
const states: Record<string, string> = { [dangling.paymentId]: 'OPEN' }
for (const [name, { intent }] of Object.entries(ids)) states[intent.paymentId] = Reflect.get(names, name)
for (const payment of await world.terminal.payments()) {
  const wanted = states[payment.paymentId] ?? 'ACCEPTED_ONLINE'
  if (payment.state !== wanted) throw new Error(`${payment.paymentId} is ${payment.state}, not ${wanted}`)
  states[payment.paymentId] = payment.state
}
mkdirSync(folder, { recursive: true })
const write = (name: string, value: unknown) =>
  writeFileSync(path.join(folder, name), `${JSON.stringify(value)}\n`)
write('indexed-db.json', await dumpOf(store))
write('states.json', states)
writeFileSync(path.join(folder, 'export.json'), exported.text)
await world.terminal.close()
copyFileSync(file, path.join(folder, 'journal.sqlite'))
rmSync(working, { recursive: true })

/** As a browser of this version would hold it. */
async function dumpOf(source: JournalStore): Promise<object> {
  const kept: Record<string, string | null> = {}
  for (const name of ['enrolment', 'lease', 'feed']) kept[name] = await source.value(name)
  return {
    version: 2,
    head: await source.head(),
    records: await source.records({ afterSeq: 0, limit: 10_000 }),
    payments: await source.payments({ limit: 10_000 }),
    kept,
  }
}
