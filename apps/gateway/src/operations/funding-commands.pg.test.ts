import { nodeCrypto } from '@holdfast/envelope/node'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pollAcquirer } from '../funding/poll-acquirer.ts'
import { closedBatch } from '../test-support/closed-batch.ts'
import { fundingText, saleItem } from '../test-support/funding-text.ts'
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts'
import { openMoneyShop, SALE_MS } from '../test-support/money-shop.ts'
import { ACCOUNT, LINK } from '../test-support/sample-rows.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createToldByAcquirer } from '../test-support/told-by-acquirer.ts'
import { runCommand } from './run-command.ts'

const database = sharedDatabase()
let home: string
let clock: ManualClock

beforeEach(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'holdfast-funding-'))
  clock = createManualClock(SALE_MS)
  await openMoneyShop(database().pool, { funding: 'direct', holdDays: 0 })
  await closedBatch(database().pool, { first: 5_000, count: 2 })
})
afterEach(() => rmSync(home, { recursive: true }))

/** As it is typed behind `npm run gateway --`. */
async function run(...typed: readonly string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const code = await runCommand(typed, {
    home,
    databaseUrl: database().url,
    secrets: () => null,
    crypto: nodeCrypto,
    user: 'grace',
    nowMs: () => clock.wallMs(),
    say: write,
    note: write,
  })
  return { code, said: lines.join('\n') }
}

function fileOf(name: string, text: string): string {
  const file = path.join(home, `${name}.jsonl`)
  writeFileSync(file, text)
  return file
}

/** What a worker does with what was imported. */
const work = () =>
  pollAcquirer({
    pool: database().pool,
    clock,
    randomBytes: (length) => nodeCrypto.randomBytes(length),
    log: { info: () => undefined, error: () => undefined },
    files: createToldByAcquirer().files,
    link: LINK,
  })

test('ST16: an imported file is applied by the worker; what differs fails the check until it is explained', async () => {
  const file = fileOf('F1', fundingText('F1', [saleItem(5_000, 95), saleItem(5_001, 96)]))
  expect(await run('funding', 'import', file)).toEqual({ code: 0, said: 'F1 is taken in.' })
  expect(await run('funding', 'import', file)).toEqual({ code: 0, said: 'F1 was taken in before.' })
  await work()
  expect((await run('funding', 'list')).said).toMatch(/F1 +applied +2 +98\.10 EUR +1/)
  const check = await run('money', 'check')
  expect(check.code).toBe(1)
  expect(check.said).toMatch(/other_fee +F1 2 .* 49\.06 EUR +49\.05 EUR/)
  expect(check.said).toContain('other_fee: Compare the contract with the fee schedule')
  const explain = ['funding', 'explain', 'F1', '2'] as const
  expect((await run(...explain)).code).toBe(1)
  expect((await run(...explain, '--by', 'Ada', '--note', 'rounded')).code).toBe(3)
  expect((await run(...explain, '--by', 'Ada', '--note', 'rounded', '--yes')).code).toBe(0)
  expect(await run('money', 'check')).toEqual({
    code: 0,
    said: 'The books are right, and the acquirer has paid what they say.',
  })
  expect((await run(...explain, '--by', 'Eve', '--note', 'once more', '--yes')).code).toBe(1)
})

test('a damaged file is refused with a name, and one that waits can be applied as it is', async () => {
  const damaged = fileOf('F1', fundingText('F1', [saleItem(5_000, 95)], { items: 7 }))
  expect((await run('funding', 'import', damaged)).code).toBe(1)
  expect((await run('money', 'check')).said).toMatch(/file_set_aside +F1 +file_altered/)
  await run('funding', 'import', fileOf('F2', fundingText('F2', [saleItem(9_000, 0, 9_000, '000009')])))
  await work()
  expect((await run('funding', 'list')).said).toMatch(/F2 +waiting .* batch_not_closed/)
  expect((await run('funding', 'apply', 'F2')).code).toBe(3)
  expect(await run('funding', 'apply', 'F2', '--yes')).toEqual({
    code: 0,
    said: 'F2: 1 items, 1 of them differ.',
  })
  expect((await run('funding', 'apply', 'F2', '--yes')).code).toBe(1)
})

test('ST16: a schedule is set, shown and taken away again', async () => {
  const schedule = ['payouts', 'schedule', ACCOUNT] as const
  expect((await run(...schedule)).said).toBe('By hand.')
  expect((await run(...schedule, '--every', 'week', '--weekday', '8', '--yes')).code).toBe(1)
  expect((await run(...schedule, '--every', 'day', '--at', '25:00', '--yes')).code).toBe(1)
  expect((await run(...schedule, '--every', 'day', '--time-zone', 'Mars/Olympus', '--yes')).code).toBe(1)
  expect((await run(...schedule, '--every', 'week', '--weekday', '5')).code).toBe(3)
  expect((await run(...schedule, '--every', 'week', '--weekday', '5', '--yes')).code).toBe(0)
  expect(JSON.parse((await run(...schedule)).said)).toEqual({
    every: 'week',
    weekday: 5,
    atMin: 360,
    timeZone: 'Europe/Paris',
  })
  expect((await run(...schedule, '--every', 'manual', '--yes')).code).toBe(0)
  expect((await run(...schedule)).said).toBe('By hand.')
})
