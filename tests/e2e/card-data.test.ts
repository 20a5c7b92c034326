import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

import { freeBasePort, type Heard, type Stack, startStack, type Wire } from '@holdfast/local'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import {
  cardDataForms,
  findCardData,
  packedCards,
  wantedDigits,
  writeDigits,
} from './support/card-data-scan.ts'
import { labClient, untilDrained } from './support/lab-client.ts'
import { dropHome, newHome, runOperator } from './support/running-stack.ts'
import { enrolTill, openTill, sellAtTill } from './support/till-browser.ts'

const CARDS = [
  'visa',
  'mastercard',
  'amex',
  'contactless_visa',
  'magstripe',
  'offline_approving',
  'declined_51',
]

describe('the scanner', () => {
  it.each(cardDataForms)('finds each number and track written as: %s', (form) => {
    for (const { card, digits } of wantedDigits) {
      if (form.includes('BCD') && !packedCards.has(card)) continue
      for (const shift of [0, 1, 2]) {
        const planted = Buffer.concat([
          Buffer.from([0x01, 0xff, 0x30]),
          writeDigits(digits, form, shift),
          Buffer.from([0x39]),
        ])
        expect(
          findCardData(planted).some((found) => found.card === card),
          `${card} ${shift}`,
        ).toBe(true)
      }
    }
  })

  it('finds nothing in masked facts, ids and noise', () => {
    const harmless = '{"last4":"4242","bin":"42424242","pi":"pi_0192f3c4d5e6f7a8b9c0d1e2"} 4242 4242 4242'
    expect(findCardData(Buffer.from(harmless))).toEqual([])
  })
})

describe('P9 SC1: a day of sales, online and offline, at a till and at two devices', () => {
  let home: string
  let stack: Stack | undefined
  let indexedDb: string
  let cached: string[]
  let tables: string
  const wires = new Map<string, Buffer[]>()

  beforeAll(async () => {
    home = newHome()
    const started = await startStack({ home, basePort: await freeBasePort(), log: () => {}, record })
    if (!started.ok) throw new Error(started.why)
    stack = started.stack
    const lab = labClient(stack.ready.lab)
    for (const card of CARDS) await lab.sell({ card, amountMinor: 1_000, count: 2 })
    const till = await openTill(path.join(home, 'browser'), stack.ready.till)
    await enrolTill(till.page)
    expect(await sellAtTill(till.page, { amountMinor: 1_100, card: 'mastercard' })).toMatchObject({
      outcome: 'approved',
    })
    await till.page.getByRole('button', { name: 'New sale' }).click()
    await lab.state({ internet: 'down' })
    for (const card of CARDS) await lab.sell({ card, amountMinor: 2_000, count: 2 })
    expect(await sellAtTill(till.page, { amountMinor: 2_100, card: 'amex' })).toMatchObject({
      outcome: 'stored',
    })
    await lab.state({ internet: 'up' })
    await untilDrained(lab, 40_000)
    indexedDb = await till.page.evaluate(dumpStorage)
    cached = await till.page.evaluate(foreignCacheEntries)
    await till.close()
    tables = await dumpTables(home)
    for (const copy of ['backup', 'export']) {
      const { code, output } = await runOperator({ home, basePort: 0 }, copy)
      expect(code, output).toBe(0)
    }
    await stack.stop()
  })

  afterAll(async () => {
    await stack?.stop()
    dropHome(home)
  })

  function record(wire: Wire, { connection, direction, bytes }: Heard): void {
    const name = `${wire} ${direction} ${connection}`
    const parts = wires.get(name)
    if (parts === undefined) wires.set(name, [Buffer.from(bytes)])
    else parts.push(Buffer.from(bytes))
  }

  const wire = (prefix: string): [string, Buffer][] =>
    [...wires]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, parts]) => [name, Buffer.concat(parts)])

  it('positive control: the link to the acquirer carries the numbers, as it must, and the scanner sees them there', () => {
    const seen = new Set(
      wire('acquirer forth').flatMap(([, bytes]) => findCardData(bytes).map(({ card }) => card)),
    )
    for (const card of CARDS.filter((name) => packedCards.has(name))) expect(seen).toContain(card)
    expect(seen).toContain('magstripe track')
  })

  it('no card number and no track between shop and gateway, in either direction', () => {
    const shop = wire('shop')
    expect(Buffer.concat(shop.map(([, bytes]) => bytes)).includes('attempt.started')).toBe(true)
    expect(shop.flatMap(([name, bytes]) => findCardData(bytes).map((found) => ({ name, ...found })))).toEqual(
      [],
    )
  })

  it('none in any file: journals, PostgreSQL, logs, the acquirer, the browser, a backup, an export', () => {
    const files = filesUnder(home).filter((file) => !isProgram(path.relative(home, file)))
    for (const folder of ['devices', 'postgres', 'logs', 'acquirer', 'browser', 'backups', 'exports']) {
      expect(
        files.some((file) => path.relative(home, file).startsWith(`${folder}${path.sep}`)),
        folder,
      ).toBe(true)
    }
    const found = files.flatMap((file) =>
      findCardData(readFileSync(file)).map((hit) => ({ file: path.relative(home, file), ...hit })),
    )
    expect(found).toEqual([])
  })

  it('none in what compression may hide in those files: the tables and the browser’s storage read out', () => {
    expect(tables).toContain('attempt.started')
    expect(indexedDb).toContain('payment.accepted')
    expect(findCardData(Buffer.from(tables))).toEqual([])
    expect(findCardData(Buffer.from(indexedDb))).toEqual([])
  })

  it('the browser’s caches, which hold the program with its table of simulated cards, hold nothing but the program', () => {
    expect(cached).toEqual([])
  })
})

/** The till's own files as the browser caches them: the simulated reader's table of test cards is part of them. */
function isProgram(file: string): boolean {
  const parts = file.split(path.sep)
  return parts[0] === 'browser' && parts.some((part) => PROGRAM_CACHES.has(part))
}

const PROGRAM_CACHES = new Set(['Cache', 'Code Cache', 'CacheStorage', 'ScriptCache'])

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
}

async function dumpTables(home: string): Promise<string> {
  const [, , , , socketDir = ''] = readFileSync(path.join(home, 'postgres', 'postmaster.pid'), 'utf8').split(
    '\n',
  )
  const client = new Client({ host: socketDir, user: 'postgres', database: 'holdfast' })
  await client.connect()
  const names = await client.query<{ name: string }>(
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'`,
  )
  const parts: string[] = []
  for (const { name } of names.rows) {
    const rows = await client.query<{ row: string }>(`select t::text as row from ${name} t`)
    parts.push(name, ...rows.rows.map(({ row }) => row))
  }
  await client.end()
  return parts.join('\n')
}

/** Runs in the page: every value of every store, with bytes as digits. */
async function dumpStorage(): Promise<string> {
  const parts: string[] = [localStorage, sessionStorage].map((storage) =>
    JSON.stringify(Object.entries(storage)),
  )
  const settled = <Value>(request: IDBRequest<Value>): Promise<Value> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(request.error))
    })
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await settled(indexedDB.open(name))
    for (const store of database.objectStoreNames) {
      const values = await settled(database.transaction(store).objectStore(store).getAll())
      parts.push(store, JSON.stringify(values))
    }
    database.close()
  }
  return parts.join('\n')
}

/** Runs in the page: names what is cached and is not, byte for byte, a file that the till's server serves. */
async function foreignCacheEntries(): Promise<string[]> {
  const foreign: string[] = []
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      const kept = await (await cache.match(request))?.text()
      const served = await (await fetch(request.url, { cache: 'no-store' })).text()
      if (kept !== served) foreign.push(request.url)
    }
  }
  return foreign
}
