import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openSqliteJournalStore } from './node/sqlite-journal-store.ts'
import { reopen } from './test-support/reopen.ts'
import { openWorld } from './test-support/world.ts'

/** One folder per released version that changed what is stored; none of them is ever written again (P8, MP15). */
const corpus = path.join(import.meta.dirname, '../test-data/queues')
const versions = readdirSync(corpus).filter((name) => /^v\d+$/.test(name))
const working = mkdtempSync(path.join(tmpdir(), 'holdfast-corpus-'))
afterAll(() => rmSync(working, { recursive: true, force: true }))

test.each(versions)(
  'P8 and MP15: the queue that %s wrote opens, shows its items and is forwarded',
  async (version) => {
    const states: Record<string, string> = JSON.parse(read(version, 'states.json'))
    const file = path.join(working, `${version}.sqlite`)
    copyFileSync(path.join(corpus, version, 'journal.sqlite'), file)
    const world = await openWorld()
    await world.terminal.close()
    world.gateway.fault = () => ({ reached: false, why: 'refused' })
    const again = await reopen(world, openSqliteJournalStore(file, { reserveBytes: 1_024 }))
    const shown = Object.fromEntries(
      (await again.terminal.payments()).map((found) => [found.paymentId, found.state]),
    )
    const afterRestart = Object.entries(states).map(([id, state]) => [
      id,
      state === 'OPEN' ? 'VOIDED' : state,
    ])
    expect(shown).toEqual(Object.fromEntries(afterRestart))
    again.gateway.fault = () => null
    await again.clock.advance(120_000)
    const queued = Object.keys(states).filter((id) => states[id] === 'QUEUED')
    expect(queued.length).toBeGreaterThan(0)
    for (const id of queued) expect(await again.terminal.payment(id)).toMatchObject({ state: 'UPLOADED' })
    expect(await again.terminal.pending()).toMatchObject({ voids: 0, carried: 0 })
  },
)

test.each(versions)('P8: the export that %s wrote is imported and forwarded', async (version) => {
  const world = await openWorld()
  const imported = await world.terminal.importQueue(read(version, 'export.json'))
  expect(imported).toMatchObject({ status: 'imported' })
  await world.clock.advance(60_000)
  expect(await world.terminal.pending()).toMatchObject({ carried: 0 })
})

test('the corpus is there', () => {
  expect(versions).toContain('v1')
})

function read(version: string, name: string): string {
  return readFileSync(path.join(corpus, version, name), 'utf8')
}
