import type { Pool } from 'pg'
import { findDatabase } from '../database/find-database.ts'
import type { ExitCode, Operator } from './operator.ts'

/** Runs a command on the gateway's database, which may be at work. */
export async function withDatabase(
  { home, databaseUrl }: Operator,
  work: (pool: Pool) => Promise<ExitCode>,
): Promise<ExitCode> {
  const database = await findDatabase({ home, databaseUrl, name: 'holdfast operator' })
  try {
    return await work(database.pool)
  } finally {
    await database.close()
  }
}
