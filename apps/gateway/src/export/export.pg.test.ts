import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { insertPayments } from '../test-support/many-payments.ts'
import { ACCOUNT, sampleDevice, sampleId } from '../test-support/sample-rows.ts'
import { seedDevice } from '../test-support/seed-device.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { nouns, notExported } from './export-nouns.ts'
import { writeExport } from './write-export.ts'

const database = sharedDatabase()
let parent: string
let folder: string

beforeEach(async () => {
  parent = mkdtempSync(path.join(tmpdir(), 'holdfast-export-'))
  folder = path.join(parent, 'out')
  await seedDevice(database().pool, sampleDevice())
})
afterEach(() => rmSync(parent, { recursive: true }))

const run = (account: string | null = null) =>
  writeExport(database().pool, { folder, account, nowMs: 1_800_000_900_000, progress: () => undefined })

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(path.join(folder, ACCOUNT, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

test('every table is exported, or named with the reason why it is not', async () => {
  const { rows } = await database().pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = current_schema() order by 1`,
  )
  const decided = [...nouns.flatMap(({ tables }) => tables), ...Object.keys(notExported)]
  expect(decided.toSorted()).toEqual(rows.map(({ name }) => name))
})

test('payments come with their tries, amounts in minor units with currency and exponent, times in UTC', async () => {
  await insertPayments(database().pool, { first: 1, count: 3 })
  await database().pool.query(
    `update payments set currency = 'jpy', amount_minor = 500 where amount_minor = 2`,
  )
  const [{ rows } = { rows: new Map() }] = await run()
  expect(rows.get('payments.ndjson')).toBe(3)
  const [first, second] = linesOf('payments.ndjson')
  expect(first).toMatchObject({
    payment: sampleId('pi', 1),
    amountMinor: 1,
    currency: 'eur',
    currencyExponent: 2,
    openedAt: '2027-01-15T08:00:00.001Z',
    storedOfflineAt: '2027-01-15T08:00:00.001Z',
    reference: 'order "1"\n\\ é',
    attempts: [{ brand: 'visa', last4: '4242', approvalCode: '123456', rrn: '000000000001' }],
  })
  expect(second).toMatchObject({ amountMinor: 500, currency: 'jpy', currencyExponent: 0 })
  for (const { file } of nouns) linesOf(`${file}.ndjson`)
  expect(readFileSync(path.join(folder, 'README.md'), 'utf8')).toContain('payments.ndjson 3')
})

test('the spreadsheet has the decimal point set, quotes what needs it, and starts no formula', async () => {
  await insertPayments(database().pool, { first: 1_234, count: 1 })
  await database().pool.query(`update payments set reference = '=HYPERLINK("http://x","y")', operator = '+1'`)
  await run()
  const [head, row] = readFileSync(path.join(folder, ACCOUNT, 'payments.csv'), 'utf8').split('\r\n')
  expect(head?.split(',').slice(4, 9)).toEqual([
    'amount',
    'currency',
    'amount_minor',
    'approved',
    'approved_minor',
  ])
  expect(row).toContain(',succeeded,12.34,eur,1234,12.34,1234,')
  expect(row?.split(',').length).toBeGreaterThanOrEqual(head?.split(',').length ?? 99)
  expect(row).toContain(`,"'=HYPERLINK(""http://x"",""y"")",'+1,true,deferred,visa,4242,`)
})

test('a partial approval and a decline are told apart from a whole approval', async () => {
  await insertPayments(database().pool, { first: 1_000, count: 2 })
  await database().pool.query('update attempts set approved_minor = 600 where rrn = $1', ['000000001000'])
  await database().pool.query(
    `update attempts set state = 'declined', approval_code = null, response_code = '51' where rrn = $1`,
    ['000000001001'],
  )
  await run()
  const approved = linesOf('payments.ndjson').map(({ attempts }) => attempts)
  expect(approved).toMatchObject([[{ approvedMinor: 600 }], [{ approvedMinor: null, responseCode: '51' }]])
  const csv = readFileSync(path.join(folder, ACCOUNT, 'payments.csv'), 'utf8')
  expect(csv).toContain(',10.00,eur,1000,6.00,600,')
  expect(csv).toContain(',10.01,eur,1001,,,')
})

test('P9: no sealed block, no vault, no fingerprint, no key of ours and no longer piece of a number is in it', async () => {
  await insertPayments(database().pool, { first: 1, count: 1 })
  await database().pool.query(
    `update attempts set vault = 'VAULTED', fingerprint = 'FINGERPRINT', bin = '99887766'`,
  )
  await database().pool.query(
    `insert into gateway_keys (key_id, purpose, public_key, wrapped_private, created_ms)
     values (repeat('k', 16), 'sealing', repeat('p', 43), 'WRAPPED', 0)`,
  )
  await database().pool.query(
    `insert into records (account, device, hash, header, signature, sealed, contact, parked_code, received_ms)
     values ($1, $2, repeat('e', 64), '{}', 'sig', 'SEALED', 'CONTACT', 'record_gap', 0)`,
    [ACCOUNT, sampleId('dev', 1)],
  )
  await run()
  for (const name of readdirSync(path.join(folder, ACCOUNT))) {
    const text = readFileSync(path.join(folder, ACCOUNT, name), 'utf8')
    for (const secret of ['VAULTED', 'FINGERPRINT', '99887766', 'WRAPPED', 'SEALED', 'CONTACT']) {
      expect(text, `${name} ${secret}`).not.toContain(secret)
    }
  }
})

test('one account alone is exported alone, an unknown one leaves nothing, and no export replaces another', async () => {
  await database().pool.query(
    `insert into accounts (account, name, currencies, created_ms) values ('acct_other', 'Other', '{eur}', 0)`,
  )
  await expect(run('acct_nobody')).rejects.toThrow('no account')
  expect(readdirSync(parent)).toEqual([])
  expect((await run('acct_other')).map(({ account }) => account)).toEqual(['acct_other'])
  expect(readdirSync(folder).toSorted()).toEqual(['README.md', 'acct_other'])
  await expect(run()).rejects.toThrow('never replaces')
})
