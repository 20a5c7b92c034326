import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { must, toBase64Url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Pool } from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrate, MIGRATIONS_DIR } from '../database/migrate.ts'
import { openPool } from '../database/open-pool.ts'
import { createTestDatabase, type TestDatabase } from '../database/test-database.ts'
import { transaction } from '../database/transaction.ts'
import { FILE_BYTES_MAX } from '../files/file-type.ts'
import { loadGatewayKeys } from '../keys/gateway-keys.ts'
import { parseGatewaySecrets, wrappingKeyId } from '../keys/gateway-secrets.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import { ACCOUNT, sampleDevice, sampleId } from '../test-support/sample-rows.ts'
import { seedDevice } from '../test-support/seed-device.ts'
import { tableDigests } from '../test-support/table-digests.ts'
import { backedUpSeq, lastVerifiedBackup } from './backup-record.ts'
import { BackupDamaged, BackupTooNew, readBackup } from './read-backup.ts'
import { restoreBackup, type RestoreOptions } from './restore-backup.ts'
import { keptSchemas } from './restore-schema.ts'
import { writeBackup } from './write-backup.ts'

const secrets = parseGatewaySecrets(toBase64Url(new Uint8Array(32).fill(1)))
const otherSecrets = parseGatewaySecrets(toBase64Url(new Uint8Array(32).fill(2)))
const NOW_MS = 1_800_000_900_000
/** What a restore itself writes. */
const MARKS = [
  'settings',
  'gateway_restores',
  'gateway_backups',
  'device_backups',
  'links',
  'schema_migrations',
]

let folder: string
let file: string
let database: TestDatabase
let target: TestDatabase
/** Into `database`, by connections that a test can end. */
let pool: Pool

const newPool = () => openPool({ connectionString: database.url, connectionsMax: 10, log: () => undefined })

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-backup-'))
  file = path.join(folder, 'one.backup')
  database = await createTestDatabase()
  target = await createTestDatabase({ template: 'empty' })
  pool = newPool()
  await seedDevice(pool, sampleDevice())
})

afterEach(async () => {
  await pool.end()
  await database.drop()
  await target.drop()
  rmSync(folder, { recursive: true })
})

const back = (from = pool, to = file) =>
  writeBackup(from, { file: to, nowMs: () => NOW_MS, wrappingKeyId: null, progress: () => undefined })

const makeKeys = () => loadGatewayKeys(pool, nodeCrypto, secrets, 1_800_000_000_000)

/** On a connection of its own, as the command does. */
async function restore(into: TestDatabase, changes: Partial<RestoreOptions> = {}) {
  const own = openPool({ connectionString: into.url, connectionsMax: 1, log: () => undefined })
  try {
    return await restoreBackup(own, {
      file,
      secrets,
      crypto: nodeCrypto,
      confirmed: false,
      nowMs: NOW_MS + 60_000,
      progress: () => undefined,
      ...changes,
    })
  } finally {
    await own.end()
  }
}

describe('a backup', () => {
  test('ST12: a restore into an empty database brings exactly its rows, whatever is in them', async () => {
    await makeKeys()
    await insertPayments(pool, { first: 1, count: 2_345 })
    await pool.query(
      `update accounts set name = E'tab\\t "q" \\\\ \\n null é 名 🧾', offline_terms = '{"a": [1, null]}'`,
    )
    // Files of the largest size, one after the other.
    await pool.query(
      `insert into files (account, file, mode, purpose, filename, type, content, created_ms)
       select $1, 'file_' || n, 'test', 'dispute_evidence', 'scan.png', 'png', $2, n from generate_series(1, 8) n`,
      [ACCOUNT, Buffer.alloc(FILE_BYTES_MAX, 7)],
    )
    const facts = await back()
    expect(facts.rowsByTable.get('payments')).toBe(2_345)
    const outcome = await restore(target)
    expect(outcome).toMatchObject({
      outcome: 'restored',
      keptSchema: null,
      loss: { payments: [], devices: 0 },
    })
    const without = { without: MARKS }
    expect(await tableDigests(target.url, without)).toEqual(await tableDigests(database.url, without))
    // What counts by itself goes on counting.
    await insertPayments(target.pool, { first: 3_000, count: 1 })
    expect(await migrate(target.pool)).toEqual([])
  })

  test('is of one moment while payments come in: no payment without its attempt, record and event', async () => {
    await insertPayments(pool, { first: 1, count: 3_000 })
    let next = 3_001
    const life = { over: false }
    const writers = [1, 2, 3].map(async () => {
      while (!life.over) {
        const first = next
        next += 5
        await transaction(pool, (tx) => insertPayments(tx, { first, count: 5 }))
      }
    })
    const counts: number[] = []
    for (const n of [1, 2, 3]) {
      const to = path.join(folder, `${n}.backup`)
      const facts = await back(pool, to)
      const payments = must(facts.rowsByTable.get('payments'), 'payments are in')
      for (const table of ['attempts', 'records', 'events'])
        expect(facts.rowsByTable.get(table), table).toBe(payments)
      counts.push(payments)
    }
    life.over = true
    await Promise.all(writers)
    expect(next).toBeGreaterThan(3_001)
    expect(counts.toSorted((a, b) => a - b)).toEqual(counts)
  })

  test('MP12: is known to the database once it is verified, with what each device may forget', async () => {
    await insertPayments(pool, { first: 1, count: 10 })
    expect(await lastVerifiedBackup(pool)).toBeNull()
    expect(await backedUpSeq(pool, ACCOUNT, sampleId('dev', 1))).toBe(0)
    const { header, bytes } = await back()
    expect(await lastVerifiedBackup(pool)).toMatchObject({
      backup: header.backup,
      takenAtMs: NOW_MS,
      generation: 1,
      fileName: 'one.backup',
      bytes,
    })
    expect(await backedUpSeq(pool, ACCOUNT, sampleId('dev', 1))).toBe(10)
    await insertPayments(pool, { first: 11, count: 4 })
    expect(await backedUpSeq(pool, ACCOUNT, sampleId('dev', 1))).toBe(10)
    // The outcome of the twelfth is not in the backup, so a device that forgot it would be the end of it.
    await pool.query('update payments set outcome_sent = false where amount_minor = 12')
    await back(pool, path.join(folder, 'two.backup'))
    expect(await backedUpSeq(pool, ACCOUNT, sampleId('dev', 1))).toBe(11)
  })

  test('is its owner’s alone, has no draft beside it, and never replaces another', async () => {
    await back()
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(readdirSync(folder)).toEqual(['one.backup'])
    await expect(back()).rejects.toThrow('never replaces')
  })

  test('two at once to one file: one is there, whole, and the other is refused', async () => {
    await insertPayments(pool, { first: 1, count: 300 })
    const outcomes = await Promise.allSettled([back(), back(), back()])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected'])
    await readBackup(file)
    expect(readdirSync(folder)).toEqual(['one.backup'])
  })

  test('never holds the gateway secret, and names it', async () => {
    await makeKeys()
    const id = wrappingKeyId(secrets)
    await writeBackup(pool, { file, nowMs: () => NOW_MS, wrappingKeyId: id, progress: () => undefined })
    const text = readFileSync(file)
    expect(JSON.parse(must(text.toString().split('\n')[0], 'a header')).wrappingKeyId).toBe(id)
    for (const key of [secrets.wrappingKey, secrets.vaultKey, secrets.codeKey]) {
      expect(text.includes(Buffer.from(key))).toBe(false)
      expect(text.includes(toBase64Url(key))).toBe(false)
      expect(text.includes(Buffer.from(key).toString('hex'))).toBe(false)
    }
  })
})

describe('a damaged backup is refused, naming the part', () => {
  let whole: Buffer

  beforeEach(async () => {
    await insertPayments(pool, { first: 1, count: 20 })
    await back()
    whole = readFileSync(file)
  })

  const partAt = (offset: number): string => {
    const before = whole.subarray(0, offset).toString()
    const ended = [...before.matchAll(/^\{"end":"(\w+)".*\n/gm)].map(([, part]) => part)
    const { tables } = JSON.parse(must(whole.toString().split('\n')[0], 'a header'))
    return ['header', ...tables, 'end of the file'][ended.length]
  }

  test('cut short anywhere', async () => {
    for (let length = 0; length < whole.length; length += 397) {
      writeFileSync(file, whole.subarray(0, length))
      const error = await readBackup(file).catch((thrown: unknown) => thrown)
      expect(error, `cut at ${length}`).toBeInstanceOf(BackupDamaged)
      expect(error).toMatchObject({ part: partAt(length) })
    }
  })

  test('one bit flipped anywhere', async () => {
    for (let at = 3; at < whole.length; at += 211) {
      const bytes = Buffer.from(whole)
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at)
      writeFileSync(file, bytes)
      const error = await readBackup(file).catch((thrown: unknown) => thrown)
      expect(error, `flipped at ${at}`).toBeInstanceOf(BackupDamaged)
      expect(error).toMatchObject({ part: partAt(at) })
    }
  })

  test('with something behind its end, or a row taken out', async () => {
    writeFileSync(file, Buffer.concat([whole, Buffer.from('\n')]))
    await expect(readBackup(file)).rejects.toMatchObject({ part: 'end of the file' })
    const lines = whole.toString().split('\n')
    const row = lines.findIndex((line) => line.startsWith(`["${ACCOUNT}","${sampleId('pi', 7)}"`))
    writeFileSync(file, lines.toSpliced(row, 1).join('\n'))
    await expect(readBackup(file)).rejects.toThrow(/has 19 rows where 20 were written/)
  })

  test('P8: one of a later format is not called damaged', async () => {
    const [header = '', ...rest] = whole.toString().split('\n')
    writeFileSync(
      file,
      [JSON.stringify({ ...JSON.parse(header), format: 2, tables: {} }), ...rest].join('\n'),
    )
    await expect(readBackup(file)).rejects.toBeInstanceOf(BackupTooNew)
  })

  test('and a restore of it has changed nothing', async () => {
    const before = await tableDigests(database.url)
    const bytes = Buffer.from(whole)
    bytes[bytes.length - 300] = 0
    writeFileSync(file, bytes)
    await pool.end()
    await expect(restore(database, { confirmed: true })).rejects.toBeInstanceOf(BackupDamaged)
    expect(await tableDigests(database.url)).toEqual(before)
    pool = newPool()
  })
})

describe('a restore', () => {
  /** Nothing else may be connected. */
  async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    await pool.end()
    try {
      return await work()
    } finally {
      pool = newPool()
    }
  }

  test('ST13: without the word it says what would be lost, by mode and currency, and has changed nothing', async () => {
    await insertPayments(pool, { first: 1, count: 10 })
    await back()
    await insertPayments(pool, { first: 11, count: 2 })
    await seedDevice(pool, sampleDevice(2))
    await pool.query(`update payments set version = 2 where amount_minor = 3`)
    const before = await tableDigests(database.url)
    const outcome = await alone(() => restore(database))
    expect(outcome).toMatchObject({
      outcome: 'unconfirmed',
      loss: {
        payments: [{ mode: 'test', currency: 'eur', count: 2, sumMinor: '23', newestMs: 1_800_000_000_012 }],
        changedPayments: 1,
        devices: 1,
        accounts: 0,
      },
    })
    expect(await tableDigests(database.url)).toEqual(before)
  })

  test('ST12: with the word the backup is back as a new generation, and what was before is kept beside it', async () => {
    await insertPayments(pool, { first: 1, count: 10 })
    await pool.query(
      `insert into links (link, owner, generation, until_ms, stan_next) values ('acquirer-1', 'me', 4, 9, 700000)`,
    )
    await back()
    const then = await tableDigests(database.url, { without: MARKS })
    await insertPayments(pool, { first: 11, count: 2 })
    const outcome = await alone(() => restore(database, { confirmed: true }))
    expect(outcome).toMatchObject({ outcome: 'restored', loss: { payments: [{ count: 2 }] } })
    expect(await tableDigests(database.url, { without: MARKS })).toEqual(then)
    const { rows: restores } = await pool.query(
      'select restored_at_ms::float8, backup_taken_at_ms::float8, from_generation, to_generation from gateway_restores',
    )
    const toGeneration = outcome.outcome === 'restored' ? outcome.toGeneration : 0
    expect(restores).toEqual([
      {
        restored_at_ms: NOW_MS + 60_000,
        backup_taken_at_ms: NOW_MS,
        from_generation: 1,
        to_generation: toGeneration,
      },
    ])
    expect(toGeneration).toBeGreaterThan(1)
    const { rows: links } = await pool.query('select owner, generation, until_ms, stan_next from links')
    // 700 000 and 400 000 further, past the 999 999 that is the last.
    expect(links).toEqual([
      { owner: 'restored', generation: expect.any(Number), until_ms: '0', stan_next: 100_001 },
    ])
    expect(links[0].generation).toBeGreaterThan(4)
    const kept = await transaction(pool, keptSchemas)
    expect(kept).toHaveLength(1)
    const old = await pool.query(`select count(*)::integer as n from ${kept[0]?.schema}.payments`)
    expect(old.rows).toEqual([{ n: 12 }])
  })

  test('of one backup on two machines that know nothing of each other gives two generations', async () => {
    await back()
    const first = await restore(target)
    const other = await createTestDatabase({ template: 'empty' })
    const second = await restore(other, { nowMs: NOW_MS + 3_600_000 })
    await other.drop()
    const generation = (outcome: typeof first) => (outcome.outcome === 'restored' ? outcome.toGeneration : 0)
    expect(generation(second)).toBeGreaterThan(generation(first))
  })

  test('a second restore, of an earlier backup, is a still higher generation even if the clock goes back', async () => {
    await back()
    const first = await restore(target)
    const second = await restore(target, { nowMs: 1_600_000_000_000, confirmed: true })
    if (first.outcome !== 'restored' || second.outcome !== 'restored') throw new Error('both are restored')
    expect(second.toGeneration).toBe(first.toGeneration + 1)
  })

  test.each([
    ['secret_missing', null],
    ['secret_wrong', otherSecrets],
  ] as const)(
    '%s: without the key of the backup it is refused, naming the id that is needed',
    async (why, wrong) => {
      await makeKeys()
      const id = wrappingKeyId(secrets)
      await writeBackup(pool, { file, nowMs: () => NOW_MS, wrappingKeyId: id, progress: () => undefined })
      const outcome = await restore(target, { secrets: wrong, confirmed: true })
      expect(outcome).toMatchObject({ outcome: 'refused', why, message: expect.stringContaining(id) })
      expect(await tableDigests(target.url)).toEqual({})
    },
  )

  test('is refused while a gateway is connected, and a second one while the first is at work', async () => {
    await back()
    await pool.query('select 1')
    const outcome = await restore(database, { confirmed: true })
    expect(outcome).toMatchObject({
      outcome: 'refused',
      why: 'database_in_use',
      message: expect.stringContaining('holdfast'),
    })
    const both = await Promise.all([restore(target), restore(target)])
    expect(both.map(({ outcome: how }) => how).sort()).toEqual(['refused', 'restored'])
  })

  test('P8: a backup of an earlier version is brought up to this one, with its rows', async () => {
    const older = path.join(folder, 'migrations')
    cpSync(MIGRATIONS_DIR, older, { recursive: true, filter: (name) => !/\/000[7-9]|\/00[1-9]/.test(name) })
    const then = await createTestDatabase({ template: 'empty' })
    await migrate(then.pool, older)
    await seedDevice(then.pool, sampleDevice())
    const insertEvents = `insert into events (account, event, type, payment, created_ms)
      select $1, 'evt_' || id, 'payment_intent.succeeded', 'pi_' || id, 1 from n`
    await insertPayments(then.pool, { first: 1, count: 7, insertEvents })
    await back(then.pool)
    await then.drop()
    expect(await restore(target)).toMatchObject({ outcome: 'restored' })
    expect(await migrate(target.pool)).toEqual([])
    const { rows } = await target.pool.query('select count(*)::integer as n from payments')
    expect(rows).toEqual([{ n: 7 }])
    const events = await target.pool.query('select distinct mode, object from events')
    expect(events.rows).toEqual([{ mode: 'test', object: 'payment_intent' }])
  })

  test('P8: a backup of a newer version is refused by name', async () => {
    await back()
    const older = path.join(folder, 'migrations')
    cpSync(MIGRATIONS_DIR, older, { recursive: true, filter: (name) => !/\/000[6-9]|\/00[1-9]/.test(name) })
    const outcome = await restore(target, { migrationsDir: older })
    expect(outcome).toMatchObject({
      outcome: 'refused',
      why: 'backup_newer',
      message: expect.stringContaining('0006-'),
    })
  })
})
