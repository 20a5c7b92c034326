import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { openSqliteJournalStore } from '../node/sqlite-journal-store.ts'
import { reopen } from '../test-support/reopen.ts'
import { goOffline, headOf, journalOf, openWorld, sell, type World } from '../test-support/world.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-damage-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
let files = 0

/** Three payments wait offline; the file is damaged behind the program's back. */
async function stored(): Promise<{
  world: World
  file: string
  damage: (sql: string) => void
  ids: string[]
}> {
  files += 1
  const file = path.join(directory, `${files}.sqlite`)
  const world = await openWorld({ store: openSqliteJournalStore(file, { reserveBytes: 4_096 }) })
  await goOffline(world)
  const ids: string[] = []
  for (let count = 0; count < 3; count += 1) {
    const { intent, result } = await sell(world)
    expect(result.status).toBe('stored')
    ids.push(intent.paymentId)
  }
  const damage = (sql: string) => {
    const other = new DatabaseSync(file)
    other.exec(sql)
    other.close()
  }
  return { world, file, damage, ids }
}

async function acceptedSeq(world: World, paymentId = ''): Promise<number> {
  const header = (await journalOf(world)).find(
    (found) => found.kind === 'payment.accepted' && found['payment'] === paymentId,
  )
  return Number(header?.['seq'])
}

async function comeBack(world: World): Promise<void> {
  world.gateway.fault = () => null
  await world.terminal.flush()
  await world.clock.advance(120_000)
}

test.each([
  [
    'a flipped bit',
    (seq: number) => `update records set header = replace(header, '"eur"', '"euz"') where seq = ${seq}`,
  ],
  [
    'text that is not JSON',
    (seq: number) => `update records set header = substr(header, 1, 200) where seq = ${seq}`,
  ],
  ['a hash that is another', (seq: number) => `update records set hash = 'ff' where seq = ${seq}`],
  [
    'a record of another place',
    (seq: number) =>
      `update records set header = (select header from records where seq = ${seq - 1}) where seq = ${seq}`,
  ],
])('fault 8: %s is set apart and kept, and the later payments are forwarded (P1)', async (_what, sql) => {
  const { world, damage, ids } = await stored()
  const [first = '', second = '', third = ''] = ids
  const seq = await acceptedSeq(world, second)
  const before = (await world.store.records({ afterSeq: 0, limit: 1_000 })).length
  damage(sql(seq))
  await comeBack(world)
  expect(await world.terminal.payment(first)).toMatchObject({ state: 'UPLOADED' })
  expect(await world.terminal.payment(second)).toMatchObject({
    state: 'FAILED_TO_UPLOAD',
    code: 'record_corrupt',
  })
  expect(await world.terminal.payment(third)).toMatchObject({ state: 'UPLOADED' })
  expect(world.events).toContainEqual(
    expect.objectContaining({ type: 'forwardingError', code: 'record_corrupt' }),
  )
  expect(await world.store.records({ afterSeq: 0, limit: 1_000 })).toHaveLength(before)
  expect((await headOf(world)).backlog).toMatchObject({ count: 0, sums: { eur: 0 } })
  expect((await headOf(world)).forwardedSeq).toBe((await headOf(world)).seq)
})

test('fault 62: an amount that is edited after it was sent blocks nothing, and what waits is never below zero', async () => {
  const { world, damage, ids } = await stored()
  const seq = await acceptedSeq(world, ids[0])
  world.gateway.batches.length = 0
  world.gateway.fault = ({ path: route, body }) => {
    const sent = route === '/device/v1/records' ? (body ?? '') : ''
    const isSent = sent.includes(ids[0] ?? '') && sent.includes('payment.accepted')
    const edited = `replace(header, '"amountMinor":1', '"amountMinor":91')`
    if (isSent) damage(`update records set header = ${edited} where seq = ${seq}`)
    return null
  }
  await world.terminal.flush()
  await world.clock.advance(120_000)
  const stated = world.gateway.batches.map(({ manifest }) => manifest.sums.eur ?? 0)
  expect(stated.filter((sumMinor) => sumMinor < 0)).toEqual([])
  expect((await headOf(world)).backlog).toMatchObject({ count: 0, sums: { eur: 0 }, voids: 0 })
  expect((await headOf(world)).forwardedSeq).toBe((await headOf(world)).seq)
})

test('fault 63: a record that is missing is a gap that is told, and the later payments are forwarded', async () => {
  const { world, damage, ids } = await stored()
  const seq = await acceptedSeq(world, ids[1])
  damage(`delete from records where seq = ${seq}`)
  await comeBack(world)
  expect(await world.terminal.payment(ids[1] ?? '')).toMatchObject({
    state: 'FAILED_TO_UPLOAD',
    code: 'record_missing',
  })
  expect(await world.terminal.payment(ids[2] ?? '')).toMatchObject({ state: 'UPLOADED' })
  const sent = [...world.gateway.records.values()].map(({ header }) => header.seq)
  expect(sent).not.toContain(seq)
  expect(sent).toContain(seq + 1)
  const told = world.events.filter(
    (event) => event.type === 'forwardingError' && event.code === 'record_missing',
  )
  expect(told).toHaveLength(1)
  expect((await headOf(world)).forwardedSeq).toBe((await headOf(world)).seq)
})

test('P2: a void that was lost with its record is said again, so that nobody is charged for what was taken back', async () => {
  const { world, damage, ids } = await stored()
  expect(await world.terminal.cancelPaymentIntent(ids[0] ?? '', 'canceled')).toEqual({ status: 'voided' })
  const lost = (await journalOf(world)).findLast(({ kind }) => kind === 'payment.voided')
  damage(`update records set header = 'torn' where seq = ${Number(lost?.['seq'])}`)
  await comeBack(world)
  const voided = [...world.gateway.records.values()].filter(({ header }) => header.kind === 'payment.voided')
  expect(voided.map(({ header }) => 'payment' in header && header.payment)).toEqual([ids[0]])
})

test.each([
  ['its signature', `signature = substr(signature, 2) || 'A'`],
  ['its hash', `hash = 'ff'`],
  ['its time and that of its neighbours', `header = replace(header, '"nowMs":1', '"nowMs":9')`],
])('P2: a void is said again also when it was damaged in %s', async (_what, damaged) => {
  const { world, damage, ids } = await stored()
  expect(await world.terminal.cancelPaymentIntent(ids[0] ?? '', 'canceled')).toEqual({ status: 'voided' })
  const lost = (await journalOf(world)).findLast(({ kind }) => kind === 'payment.voided')
  damage(`update records set ${damaged} where seq >= ${Number(lost?.['seq'])}`)
  await comeBack(world)
  const voided = [...world.gateway.records.values()].filter(({ header }) => header.kind === 'payment.voided')
  expect(voided.map(({ header }) => 'payment' in header && header.payment)).toEqual([ids[0]])
})

test('a head row that cannot be read is built again from the records, with every place in the limits', async () => {
  const { world, file, damage } = await stored()
  const before = await headOf(world)
  await world.terminal.close()
  damage(`update head set json = substr(json, 20)`)
  const again = await reopen(world, openSqliteJournalStore(file))
  const after = await headOf(again)
  expect(after.exposure.stored).toEqual(before.exposure.stored)
  expect(after.backlog).toEqual(before.backlog)
  expect(after.version).toBeGreaterThan(before.version)
  expect(again.terminal.health().refusal).toBeNull()
  expect((await sell(again)).result.status).toBe('stored')
  await comeBack(again)
  expect(new Set((await again.terminal.payments()).map(({ state }) => state))).toEqual(new Set(['UPLOADED']))
  const seqs = (await journalOf(again)).map((header) => Number(header['seq']))
  expect(seqs).toEqual(seqs.map((_, index) => index + 1))
})

test('a head row and a newest record that are both lost: nothing more is accepted, the rest is forwarded and exported', async () => {
  const { world, file, damage, ids } = await stored()
  await world.terminal.close()
  damage(
    `update head set json = '{}'; update records set header = 'x' where seq = (select max(seq) from records)`,
  )
  const again = await reopen(world, openSqliteJournalStore(file))
  expect(again.terminal.health().refusal).toBe('journal_damaged')
  const created = await again.terminal.createPaymentIntent({ amountMinor: 100, currency: 'eur' })
  expect(created).toMatchObject({ status: 'refused', code: 'journal_damaged' })
  const exported = await again.terminal.exportQueue()
  expect(exported).toMatchObject({ status: 'exported', count: 2, damagedSeqs: [expect.any(Number)] })
  again.gateway.fault = () => null
  await again.clock.advance(120_000)
  const sent = [...again.gateway.records.values()].flatMap(({ header }) =>
    header.kind === 'payment.accepted' ? [header.payment] : [],
  )
  expect(sent).toEqual(ids.slice(0, 2))
  expect(await again.terminal.payments()).toHaveLength(3)
})

test('a payment row that cannot be read hides no other one', async () => {
  const { world, damage, ids } = await stored()
  damage(`update payments set json = '{' where id = '${ids[1]}'`)
  const shown = (await world.terminal.payments()).map(({ paymentId }) => paymentId)
  expect(new Set(shown)).toEqual(new Set([ids[0], ids[2]]))
  await comeBack(world)
  expect(world.gateway.records.size).toBe((await headOf(world)).seq)
})
