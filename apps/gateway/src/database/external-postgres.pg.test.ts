import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { toBase64Url } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { restoreBackup } from '../backup/restore-backup.ts'
import { writeBackup } from '../backup/write-backup.ts'
import { loadGatewayKeys } from '../keys/gateway-keys.ts'
import { parseGatewaySecrets } from '../keys/gateway-secrets.ts'
import { gatewayStoreContract } from '../store-contract/gateway-store-contract.ts'
import { createPostgresGatewayStore } from '../store/postgres-gateway-store.ts'
import { insertPayments } from '../test-support/many-payments.ts'
import { installedPostgres, type OtherPostgres, startOtherPostgres } from '../test-support/other-postgres.ts'
import { sampleDevice } from '../test-support/sample-rows.ts'
import { seedDevice } from '../test-support/seed-device.ts'
import { tableDigests } from '../test-support/table-digests.ts'
import { migrate } from './migrate.ts'
import { openPool } from './open-pool.ts'

const installed = installedPostgres()
if (installed.length === 0) {
  process.stderr.write(
    'SKIPPED: no PostgreSQL 15 or newer in /usr/lib/postgresql, so DATABASE_URL was not tried on another server\n',
  )
  test.skip('DATABASE_URL on another server than our own', () => undefined)
}

describe.each(installed)('PostgreSQL $major by DATABASE_URL', ({ major, bin }) => {
  let server: OtherPostgres
  let pool: Pool
  const open = (): Pool =>
    openPool({ connectionString: server.url, connectionsMax: 10, log: () => undefined })

  beforeAll(async () => {
    server = await startOtherPostgres(bin)
    pool = open()
    await migrate(pool)
  })
  beforeEach(() => pool.query('truncate accounts, links, gateway_keys cascade'))
  afterAll(async () => {
    await pool.end()
    await server.stop()
  })

  gatewayStoreContract(`PostgreSQL ${major}`, () =>
    Promise.resolve({
      store: createPostgresGatewayStore(pool),
      addDevice: (device) => seedDevice(pool, device),
    }),
  )

  test('a backup of it restores into it, and what was before is kept', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-external-'))
    const file = path.join(folder, 'one.backup')
    const secrets = parseGatewaySecrets(toBase64Url(new Uint8Array(32).fill(1)))
    await seedDevice(pool, sampleDevice())
    await loadGatewayKeys(pool, nodeCrypto, secrets, 1_800_000_000_000)
    await insertPayments(pool, { first: 1, count: 700 })
    const nowMs = 1_800_000_900_000
    await writeBackup(pool, { file, nowMs: () => nowMs, wrappingKeyId: null, progress: () => undefined })
    const without = {
      without: ['settings', 'gateway_restores', 'gateway_backups', 'device_backups', 'schema_migrations'],
    }
    const then = await tableDigests(server.url, without)
    await insertPayments(pool, { first: 701, count: 2 })
    await pool.end()
    const one = openPool({ connectionString: server.url, connectionsMax: 1, log: () => undefined })
    const options = { file, secrets, crypto: nodeCrypto, nowMs, progress: () => undefined }
    expect(await restoreBackup(one, { ...options, confirmed: false })).toMatchObject({
      outcome: 'unconfirmed',
    })
    const outcome = await restoreBackup(one, { ...options, confirmed: true })
    await one.end()
    pool = open()
    expect(outcome).toMatchObject({
      outcome: 'restored',
      loss: { payments: [{ count: 2 }] },
      keptSchema: expect.any(String),
    })
    expect(await tableDigests(server.url, without)).toEqual(then)
    expect(await migrate(pool)).toEqual([])
    rmSync(folder, { recursive: true })
  })
})
