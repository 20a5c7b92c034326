import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { journalStoreContract } from '../journal/journal-store-contract.test-suite.ts'
import { openSqliteJournalStore } from './sqlite-journal-store.ts'

const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-sqlite-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

journalStoreContract('SQLite', async (id) => openSqliteJournalStore(path.join(directory, `${id}.sqlite`)))

test('only its owner may read the journal and its side files', async () => {
  const file = path.join(directory, 'private', 'journal.sqlite')
  const store = openSqliteJournalStore(file)
  for (const name of [file, `${file}-wal`, `${file}-shm`]) expect(statSync(name).mode & 0o077).toBe(0)
  expect(statSync(path.dirname(file)).mode & 0o077).toBe(0)
  await store.close()
})

test('a journal of a newer version is refused and left as it is', () => {
  const file = path.join(directory, 'newer.sqlite')
  const newer = new DatabaseSync(file)
  newer.exec('create table head (id integer); pragma user_version = 5')
  newer.close()
  expect(() => openSqliteJournalStore(file)).toThrow('newer version')
  const after = new DatabaseSync(file)
  expect(after.prepare('pragma user_version').get()?.['user_version']).toBe(5)
  expect(after.prepare('select name from sqlite_master').all()).toHaveLength(1)
  after.close()
})

test('a commit that fails half-way leaves nothing behind', async () => {
  const file = path.join(directory, 'atomic.sqlite')
  const store = openSqliteJournalStore(file)
  const wire = { header: 'h', signature: 's', sealed: null, contact: null }
  const row = { seq: 1, hash: 'a', wire, verdict: null }
  const nothing = { payments: [], verdicts: [], erase: [], values: {} }
  // Rows that no journal would write: the second one breaks the uniqueness of the hash.
  const head = JSON.parse('{"version":1}')
  await expect(store.commit(0, { head, append: [row, { ...row, seq: 2 }], ...nothing })).rejects.toThrow(
    'UNIQUE',
  )
  expect(await store.head()).toBeNull()
  expect(await store.records({ afterSeq: 0, limit: 9 })).toEqual([])
  expect(await store.commit(0, { head, append: [row], ...nothing })).toBe('committed')
  await store.close()
})

test('P1: of what a process acknowledged before it was killed, nothing is lost, and the chain is whole', async () => {
  const file = path.join(directory, 'killed.sqlite')
  const program = path.join(import.meta.dirname, '../test-support/append-for-ever.entry.ts')
  let acknowledged = 0
  for (let round = 0; round < 3; round += 1) {
    const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => {
      output += text
      if (output.split('\n').length > 40) child.kill('SIGKILL')
    })
    await once(child, 'close')
    acknowledged = Math.max(acknowledged, ...output.split('\n').slice(0, -1).map(Number))
    const store = openSqliteJournalStore(file)
    const records = await store.records({ afterSeq: 0, limit: 100_000 })
    expect(records.length).toBeGreaterThanOrEqual(acknowledged)
    const headers = records.map(({ wire }) => JSON.parse(wire.header))
    for (const [index, header] of headers.entries()) {
      expect(header.seq).toBe(index + 1)
      expect(header.prev).toBe(records[index - 1]?.hash ?? null)
    }
    await store.close()
  }
  expect(acknowledged).toBeGreaterThan(100)
}, 30_000)
