import { nodeCrypto } from '@holdfast/envelope/node'
import { openPool } from '../database/open-pool.ts'
import { payOutDue } from '../payouts/pay-out-due.ts'
import { createSystemClock } from '../ports/system-clock.ts'

/** Pays out by schedule, from the database that its argument names, until it is killed: what a worker process does. */
const [connectionString = ''] = process.argv.slice(2)
const pool = openPool({ connectionString, connectionsMax: 1, log: () => undefined })
const log = { info: () => undefined, error: () => undefined }
for (;;)
  await payOutDue({
    pool,
    clock: createSystemClock(),
    randomBytes: (length) => nodeCrypto.randomBytes(length),
    log,
  })
