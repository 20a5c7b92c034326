import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import { Client, DatabaseError, type Pool } from 'pg'
import { inject } from 'vitest'

import { openPool } from './open-pool.ts'

export interface TestDatabase {
  readonly pool: Pool
  readonly url: string
  /** Ends the pool and removes the database, whoever is still connected to it. */
  drop(): Promise<void>
}

/** A database of its own for one test or test file: a copy of the migrated template, or an empty one. */
export async function createTestDatabase({
  template = 'migrated',
}: { template?: 'migrated' | 'empty' } = {}): Promise<TestDatabase> {
  const server = inject('postgres')
  const name = `test_${randomBytes(8).toString('hex')}`
  const source = template === 'migrated' ? server.template : 'template1'
  await execute(server.url, `create database ${name} template ${source} strategy file_copy`)
  const url = withDatabase(server.url, name)
  const pool = openPool({ connectionString: url, connectionsMax: 10, log: () => undefined })
  return {
    pool,
    url,
    async drop() {
      await pool.end()
      await dropForced(server.url, name)
    },
  }
}

/** PostgreSQL may be vacuuming it, and nobody but a superuser ends that; it ends by itself. */
async function dropForced(serverUrl: string, name: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await execute(serverUrl, `drop database ${name} with (force)`)
    } catch (error) {
      const isVacuuming = error instanceof DatabaseError && error.code === '42501'
      if (!isVacuuming || tries === DROP_TRIES_MAX) throw error
      await sleep(DROP_RETRY_MS)
    }
  }
}

const DROP_TRIES_MAX = 50
const DROP_RETRY_MS = 200

export function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

export async function execute(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
