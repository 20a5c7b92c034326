import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { migrate, MigrationRefused } from './migrate.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
let pool: Pool
let dir: string

beforeEach(async () => {
  database = await createTestDatabase({ template: 'empty' })
  pool = database.pool
  dir = fs.mkdtempSync(path.join(tmpdir(), 'holdfast-migrations-'))
})

afterEach(async () => {
  await database.drop()
  fs.rmSync(dir, { recursive: true })
})

test('migrations run once, in the order of their numbers', async () => {
  write('0001-first.sql', 'create table a (n integer); insert into a values (1);')
  expect(await migrate(pool, dir)).toEqual(['0001-first'])
  write('0002-second.sql', 'alter table a add m integer default 2')
  expect(await migrate(pool, dir)).toEqual(['0002-second'])
  expect(await migrate(pool, dir)).toEqual([])
  expect((await pool.query('select * from a')).rows).toEqual([{ n: 1, m: 2 }])
})

test('a migration that fails changes nothing, and what ran before it stays', async () => {
  write('0001-first.sql', 'create table a (n integer)')
  write('0002-broken.sql', 'create table b (n integer); insert into b values (1); select no_such_function()')
  await expect(migrate(pool, dir)).rejects.toThrow('no_such_function')
  expect(await tables()).toEqual(['a', 'schema_migrations'])
  write('0002-broken.sql', 'create table b (n integer)')
  expect(await migrate(pool, dir)).toEqual(['0002-broken'])
})

test('processes that start at the same moment take turns', async () => {
  write('0001-first.sql', 'create table a (n integer); select pg_sleep(0.1)')
  write('0002-second.sql', 'insert into a values (1)')
  const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(pool, dir)))
  expect(applied.flat().sort()).toEqual(['0001-first', '0002-second'])
  expect((await pool.query('select * from a')).rows).toEqual([{ n: 1 }])
})

test('an edited past migration is refused before anything newer runs', async () => {
  write('0001-first.sql', 'create table a (n integer)')
  await migrate(pool, dir)
  write('0001-first.sql', 'create table a (n bigint)')
  write('0002-second.sql', 'create table b (n integer)')
  await expect(migrate(pool, dir)).rejects.toMatchObject({ reason: 'migration_edited' })
  expect(await tables()).toEqual(['a', 'schema_migrations'])
})

test('other line ends are not an edit', async () => {
  write('0001-first.sql', 'create table a (n integer);\nselect 1;\n')
  await migrate(pool, dir)
  write('0001-first.sql', 'create table a (n integer);\r\nselect 1;\r\n')
  expect(await migrate(pool, dir)).toEqual([])
})

test('older code works on a newer database, unless a migration there is marked as breaking', async () => {
  write('0001-first.sql', 'create table a (n integer)')
  write('0002-second.sql', 'create table b (n integer)')
  await migrate(pool, dir)
  fs.rmSync(path.join(dir, '0002-second.sql'))
  expect(await migrate(pool, dir)).toEqual([])

  write('0002-second.sql', 'create table b (n integer)')
  write('0003-third.sql', '-- breaking\ndrop table a')
  await migrate(pool, dir)
  expect(await migrate(pool, dir)).toEqual([])
  fs.rmSync(path.join(dir, '0003-third.sql'))
  await expect(migrate(pool, dir)).rejects.toMatchObject({ reason: 'database_is_newer' })
})

test('a database of another history is refused', async () => {
  write('0001-first.sql', 'create table a (n integer)')
  write('0002-second.sql', 'select 1')
  await migrate(pool, dir)
  await pool.query('delete from schema_migrations where number = 1')
  const refusal = await migrate(pool, dir).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(MigrationRefused)
  expect(refusal).toMatchObject({ reason: 'migration_out_of_order' })
})

test('a file that could never run is refused by its name', async () => {
  write('0001-first.sql', 'select 1')
  write('0003-gap.sql', 'select 1')
  await expect(migrate(pool, dir)).rejects.toThrow('0002-words-and-digits.sql')
  fs.renameSync(path.join(dir, '0003-gap.sql'), path.join(dir, '2-short.sql'))
  await expect(migrate(pool, dir)).rejects.toThrow('0002-words-and-digits.sql')
})

test('a migrations folder that is missing is an error, not an empty schema', async () => {
  await expect(migrate(pool, path.join(dir, 'nowhere'))).rejects.toThrow('ENOENT')
})

function write(name: string, sql: string): void {
  fs.writeFileSync(path.join(dir, name), sql)
}

async function tables(): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  )
  return rows.map((row) => row.name)
}
