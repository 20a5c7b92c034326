import { Pool } from 'pg'

export interface PoolOptions {
  readonly connectionString: string
  readonly connectionsMax: number
  /** What the server shows of these connections to its operator. */
  readonly name?: string
  /** A transaction whose process says nothing for so long is rolled back: a frozen one would hold its locks for ever. */
  readonly frozenAfterMs?: number
  readonly log: (line: string) => void
}

/** How long a caller waits for a free connection, and a new connection for its server. */
const connectTimeoutMs = 10_000

/** A pool that outlives a restart of its server: an idle connection that dies is logged and dropped. */
export function openPool(options: PoolOptions): Pool {
  const { connectionString, connectionsMax, name = 'holdfast', frozenAfterMs, log } = options
  const pool = new Pool({
    connectionString,
    max: connectionsMax,
    application_name: name,
    connectionTimeoutMillis: connectTimeoutMs,
    // What is asked before an earlier answer has come leaves at once: several statements, one round trip.
    pipeline: true,
    ...(frozenAfterMs === undefined ? {} : { idle_in_transaction_session_timeout: frozenAfterMs }),
  })
  // Without a listener the event would end the process.
  pool.on('error', (error) => log(`An idle database connection was lost: ${error.message}`))
  return pool
}
