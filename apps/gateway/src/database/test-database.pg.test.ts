import { expect, test } from 'vitest'

import { createTestDatabase } from './test-database.ts'

test('each test database is migrated, apart from the others, and gone after drop', async () => {
  const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()])
  await one.pool.query('create table mine (n integer)')
  const { rows } = await two.pool.query(
    `select to_regclass('mine') as mine, to_regclass('schema_migrations')::text as done`,
  )
  expect(rows).toEqual([{ mine: null, done: 'schema_migrations' }])

  await one.drop()
  const left = await two.pool.query('select 1 from pg_database where datname = $1', [
    new URL(one.url).pathname.slice(1),
  ])
  expect(left.rowCount).toBe(0)
  await two.drop()
})

test('tests work as an ordinary role, so row-level security would bind them', async () => {
  const database = await createTestDatabase()
  const { rows } = await database.pool.query(
    'select rolsuper or rolbypassrls as free from pg_roles where rolname = current_user',
  )
  expect(rows).toEqual([{ free: false }])
  await database.drop()
})
