import { must } from '@holdfast/core'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Pool } from 'pg'
import { insertPayments, sampleId, storeApiKey, type TestDevice } from '../herd/gateway-parts.ts'
import { startGatewayPrograms } from '../herd/gateway-programs.ts'
import { addTerminal, readSealKey } from '../herd/herd-terminal.ts'
import { openPool, startEmbeddedPostgres } from '../intake/gateway-database.ts'

/** One merchant with a growing past, at a gateway in processes of its own. */
export interface VolumeShop {
  readonly pool: Pool
  readonly url: string
  readonly key: string
  /** Sells online while the past grows. */
  readonly till: TestDevice
  /** A terminal that has sold nothing yet. */
  addTerminal(): Promise<TestDevice>
  /** Until so many payments of earlier days are there, each with its attempt, record and event; and their statistics. */
  fill(payments: number, tell: (done: number) => void): Promise<void>
  stop(): Promise<void>
}

const CHUNK = 10_000
const KEY = 'sk_test_volume_00000000000000000001'

/** Told long ago: nobody has to publish them any more. */
const PUBLISHED_EVENTS = `
  insert into events (account, event, mode, type, object, object_id, created_ms, published_ms, snapshot)
  select $1, 'evt_' || id || '_succeeded', 'test', 'payment_intent.succeeded', 'payment_intent', 'pi_' || id,
    1800000000000 + n, 1800000000000 + n, json_build_object('id', 'pi_' || id, 'filler', repeat('x', 1000))
  from n`

export async function openVolumeShop(home: string): Promise<VolumeShop> {
  mkdirSync(home)
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(home, 'postgres'), log: () => undefined })
  const connection = { connectionString: postgres.connectionString, connectionsMax: 2, log: () => undefined }
  const programs = await startGatewayPrograms({
    databaseUrl: postgres.connectionString,
    home,
    roles: ['all'],
    environment: { HOLDFAST_API_RATE: '100000' },
  })
  const pool = openPool(connection)
  const sealKey = await readSealKey(pool)
  let terminals = 0
  const add = () => addTerminal(pool, (terminals += 1), sealKey)
  const past = await add()
  const till = await add()
  const { account, mode } = past.row
  await storeApiKey(pool, KEY, { account, mode, kind: 'secret' }, Date.now())
  let filled = 0
  return {
    pool,
    url: programs.url,
    key: KEY,
    till,
    addTerminal: add,
    async fill(payments, tell) {
      must(past.row.deviceId === sampleId('dev', 1) || null, 'the past is of the first device')
      for (; filled < payments; filled += CHUNK) {
        const count = Math.min(CHUNK, payments - filled)
        await insertPayments(pool, { first: filled + 1, count, insertEvents: PUBLISHED_EVENTS })
        tell(filled + count)
      }
      filled = payments
      // As autovacuum would have done over the months that this stands for.
      await pool.query('vacuum (analyze) payments, attempts, records, events')
    },
    async stop() {
      await programs.stop()
      await pool.end()
      await postgres.stop()
    },
  }
}
