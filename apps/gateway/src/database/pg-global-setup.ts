import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { TestProject } from 'vitest/node'

import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { migrate } from './migrate.ts'
import { openPool } from './open-pool.ts'
import { execute, withDatabase } from './test-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The one server of this test run, and the name of a migrated database in it to copy. */
    readonly postgres: { readonly url: string; readonly template: string }
  }
}

/** Tests lose nothing by a power cut, so they do not pay for surviving one. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' }

/** Once per vitest run. DATABASE_URL_TEST names a server to use instead of our own; its user must be able to create databases. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['DATABASE_URL_TEST']
  const server = given === undefined ? await startOwnServer() : { url: given, stop: () => Promise.resolve() }
  const template = `holdfast_template_${randomBytes(6).toString('hex')}`
  await execute(server.url, `create database ${template}`)
  await migrateOnce(withDatabase(server.url, template))
  project.provide('postgres', { url: server.url, template })
  return async () => {
    await execute(server.url, `drop database ${template} with (force)`)
    await server.stop()
  }
}

async function startOwnServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const parent = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'))
  // Others may enter, because as root in a container without namespaces the server runs as nobody.
  chmodSync(parent, 0o711)
  const server = await startEmbeddedPostgres({
    dataDir: path.join(parent, 'data'),
    log: () => undefined,
    settings,
  })
  await execute(server.adminConnectionString, 'alter role holdfast createdb')
  const stop = async () => {
    await server.stop()
    rmSync(parent, { recursive: true, force: true })
  }
  return { url: server.connectionString, stop }
}

async function migrateOnce(url: string): Promise<void> {
  const pool = openPool({ connectionString: url, connectionsMax: 1, log: () => undefined })
  await migrate(pool)
  await pool.end()
}
