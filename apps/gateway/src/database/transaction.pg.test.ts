import { once } from 'node:events'
import { connect, createServer } from 'node:net'

import { Client, Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { sendTogether } from './send-together.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { CommitUnknown, transaction } from './transaction.ts'

let database: TestDatabase
let pool: Pool

beforeEach(async () => {
  database = await createTestDatabase()
  pool = database.pool
  await pool.query('create table notes (n integer primary key)')
})

afterEach(() => database.drop())

test('the result comes back once the work is committed', async () => {
  const result = await transaction(pool, async (tx) => {
    await tx.query('insert into notes values (1)')
    return 'done'
  })
  expect(result).toBe('done')
  expect(await notes()).toEqual([1])
})

test('an error rolls back, comes out as it is, and leaves the connection usable', async () => {
  const refusal = new Error('no')
  const before = await backendPid()
  const attempt = transaction(pool, async (tx) => {
    await tx.query('insert into notes values (1)')
    throw refusal
  })
  await expect(attempt).rejects.toBe(refusal)
  expect(await notes()).toEqual([])
  expect(await backendPid()).toBe(before)
})

test('of statements that are sent together, the first that fails is the error, and none is written', async () => {
  const attempt = transaction(pool, (tx) =>
    sendTogether([
      tx.query('insert into notes values (1)'),
      tx.query('insert into notes values (1)'),
      tx.query('insert into nowhere values (1)'),
      tx.query({ name: 'note', text: 'insert into notes values ($1)', values: [2] }),
    ]),
  )
  await expect(attempt).rejects.toMatchObject({ code: '23505' })
  expect(await notes()).toEqual([])
  await transaction(pool, (tx) =>
    sendTogether([tx.query({ name: 'note', text: 'insert into notes values ($1)', values: [2] })]),
  )
  expect(await notes()).toEqual([2])
})

test('a swallowed query error is not mistaken for a commit', async () => {
  const attempt = transaction(pool, async (tx) => {
    await tx.query('insert into notes values (1)')
    await tx.query('insert into notes values (1)').catch(() => undefined)
  })
  await expect(attempt).rejects.toThrow('Nothing was committed')
  expect(await notes()).toEqual([])
})

test('a deferred constraint that fails at COMMIT is a known refusal', async () => {
  await pool.query('alter table notes add parent integer references notes deferrable initially deferred')
  const before = await backendPid()
  const attempt = transaction(pool, (tx) => tx.query('insert into notes values (1, 99)'))
  await expect(attempt).rejects.toMatchObject({ code: '23503' })
  expect(await notes()).toEqual([])
  expect(await backendPid()).toBe(before)
})

test('a server that dies during COMMIT leaves the outcome unknown, and the pool heals', async () => {
  await pool.query(`
    create function die() returns trigger language plpgsql as
      $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
    create constraint trigger dying after insert on notes deferrable initially deferred
      for each row when (new.n = 13) execute function die()`)
  const attempt = transaction(pool, (tx) => tx.query('insert into notes values (13)'))
  await expect(attempt).rejects.toBeInstanceOf(CommitUnknown)
  await transaction(pool, (tx) => tx.query('insert into notes values (1)'))
  expect(await notes()).toEqual([1])
})

test('when only the answer to COMMIT is lost, the outcome is unknown and the row is there', async () => {
  const wire = await wireLosingTheAnswerToCommit(database.url)
  const overWire = new Pool(wire.login)
  overWire.on('error', () => undefined)
  try {
    const attempt = transaction(overWire, (tx) => tx.query('insert into notes values (1)'))
    await expect(attempt).rejects.toBeInstanceOf(CommitUnknown)
    await expect.poll(() => notes()).toEqual([1])
  } finally {
    await overWire.end()
    wire.close()
  }
})

test('a connection lost between two queries fails the transaction, not the process', async () => {
  const attempt = transaction(pool, async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
    await pool.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid])
    await new Promise((resolve) => setTimeout(resolve, 50))
    await tx.query('insert into notes values (1)')
  })
  await expect(attempt).rejects.toThrow(/terminat|not queryable|closed/i)
  expect(await notes()).toEqual([])
})

async function notes(): Promise<number[]> {
  const { rows } = await pool.query<{ n: number }>('select n from notes order by n')
  return rows.map((row) => row.n)
}

async function backendPid(): Promise<number | undefined> {
  const { rows } = await pool.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}

/** A TCP door to the server that lets COMMIT through and cuts the line when the answer to it comes. */
async function wireLosingTheAnswerToCommit(url: string) {
  const { host, port, user, password, database } = new Client({ connectionString: url })
  const door = createServer((near) => {
    const far = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    let committing = false
    near.on('data', (bytes) => {
      committing ||= bytes.includes('commit')
      far.write(bytes)
    })
    far.on('data', (bytes) => (committing ? near.destroy() : near.write(bytes)))
    near.on('close', () => far.end()).on('error', () => undefined)
    far.on('close', () => near.destroy()).on('error', () => undefined)
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  const address = door.address()
  if (address === null || typeof address === 'string') throw new Error('the door has no port')
  const login = { host: '127.0.0.1', port: address.port, user, password, database }
  return { login, close: () => door.close() }
}
