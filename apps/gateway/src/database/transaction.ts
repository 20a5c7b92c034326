import { DatabaseError, type Pool, type PoolClient } from 'pg'

/**
 * What a query function may do inside a transaction: ask, never end it. Queries leave in the order of the calls, also
 * those that nobody has awaited yet.
 */
export type Tx = Pick<PoolClient, 'query'>

/**
 * COMMIT was sent and no answer to it came back: the work may or may not be in the database. Whoever sees this asks
 * again under the same idempotency key, and never tells the outside that nothing happened.
 */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super('The outcome of a COMMIT is unknown', { cause })
    this.name = 'CommitUnknown'
  }
}

/**
 * Runs `work` between BEGIN and COMMIT on one connection and returns its result once COMMIT is confirmed. When `work`
 * throws, all is rolled back and its error comes out as it is. When the database refuses the COMMIT (a deferred
 * constraint, a serialisation failure) all is rolled back and the database's error comes out. Any other failure of the
 * COMMIT is `CommitUnknown`.
 */
export async function transaction<Result>(pool: Pool, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  const client = await pool.connect()
  // A connection that dies between two queries says so by an event, which would end the process if nobody listened.
  let lost = false
  const onError = () => (lost = true)
  client.on('error', onError)
  let clean = false
  try {
    await client.query('begin')
    let result: Result
    try {
      result = await work(client)
    } catch (error) {
      clean = await rolledBack(client)
      throw error
    }
    const refusal = await commit(client)
    clean = true
    if (refusal !== undefined) throw refusal
    return result
  } finally {
    // A connection in a state nobody is sure of is closed, so that its transaction cannot leak into the next one.
    client.release(lost || !clean)
    client.removeListener('error', onError)
  }
}

/** Undefined when committed, an error when surely rolled back; throws `CommitUnknown` otherwise. */
async function commit(client: PoolClient): Promise<Error | undefined> {
  try {
    const { command } = await client.query('commit')
    if (command === 'COMMIT') return undefined
    // PostgreSQL answers COMMIT in a failed transaction with a friendly ROLLBACK.
    return new Error(
      'Nothing was committed: a query of this transaction had failed and its error was swallowed',
    )
  } catch (error) {
    if (error instanceof DatabaseError && provesRollback(error.code ?? '')) return error
    throw new CommitUnknown(error)
  }
}

/**
 * SQLSTATEs that a COMMIT can only give before the transaction is written: constraint violations (23), serialisation
 * failures (40, of which 40003 means "completion unknown") and what a deferred trigger raises (P0).
 */
function provesRollback(code: string): boolean {
  return /^(23|40|P0)/.test(code) && code !== '40003'
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback')
    return true
  } catch {
    return false
  }
}
