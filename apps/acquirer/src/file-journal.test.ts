import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openFileJournal } from './file-journal.ts'
import type { JournalLine } from './journal.ts'

describe('file journal', () => {
  let directory: string
  let path: string

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-journal-'))
    path = join(directory, 'journal.jsonl')
  })
  afterEach(() => rm(directory, { recursive: true }))

  const line = (stan: number): JournalLine => ({
    event: 'asked_again',
    atMs: 1_000,
    ids: {
      acquirerId: '123456',
      terminal: 'T1',
      stan: String(stan).padStart(6, '0'),
      localDate: '1120',
      localTime: '190509',
      rrn: 'R00000000001',
    },
    mti: '0101',
  })

  it('has on disk what it called durable, in order, before it is closed', async () => {
    const journal = await openFileJournal(path)
    const saved: Promise<void>[] = []
    for (let stan = 0; stan < 200; stan += 1) {
      journal.append(line(stan))
      saved.push(journal.durable())
    }
    await saved[99]
    const early = (await readFile(path, 'utf8')).split('\n').slice(0, 100)
    expect(early).toEqual(Array.from({ length: 100 }, (_, stan) => JSON.stringify(line(stan))))
    await Promise.all(saved)
    await journal.close()

    const reopened = await openFileJournal(path)
    expect(reopened.lines()).toEqual(Array.from({ length: 200 }, (_, stan) => line(stan)))
    await reopened.close()
  })

  it('cuts a torn last line at whatever byte it tore, and goes on behind the whole ones', async () => {
    const whole = `${JSON.stringify(line(1))}\n`
    const torn = JSON.stringify(line(2))
    for (let length = 0; length <= torn.length; length += 7) {
      await writeFile(path, whole)
      await appendFile(path, torn.slice(0, length))
      const journal = await openFileJournal(path)
      expect(journal.lines()).toEqual([line(1)])
      journal.append(line(3))
      await journal.close()
      expect(await readFile(path, 'utf8')).toBe(`${whole}${JSON.stringify(line(3))}\n`)
    }
  })

  it('does not continue a file that is damaged in the middle', async () => {
    await writeFile(path, `${JSON.stringify(line(1))}\n{"ev\n${JSON.stringify(line(2))}\n`)
    await expect(openFileJournal(path)).rejects.toThrow('damaged in line 2')
  })

  it('once it could not write, it calls nothing durable any more', async () => {
    const journal = await openFileJournal(path)
    await journal.close()
    journal.append(line(1))
    await expect(journal.durable()).rejects.toThrow()
    await expect(journal.durable()).rejects.toThrow()
  })
})
