import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Pool } from 'pg'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { openPool } from './open-pool.ts'

export interface FoundDatabase {
  readonly pool: Pool
  /** Ends the connections, and the server if it was started for this. */
  close(): Promise<void>
}

export interface Whereabouts {
  readonly home: string
  /** Null: our own PostgreSQL in `home`. */
  readonly databaseUrl: string | null
  /** What the server shows of the connection. */
  readonly name: string
}

/**
 * The gateway's database for a command beside it: `DATABASE_URL`, else the server of the gateway that runs on this home,
 * else that server, started for the command. Throws where there is none.
 */
export async function findDatabase({ home, databaseUrl, name }: Whereabouts): Promise<FoundDatabase> {
  if (databaseUrl !== null) return found(databaseUrl, name)
  const dataDir = path.join(home, 'postgres')
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) {
    throw new Error(`There is no database in ${home}. Set HOLDFAST_HOME, or DATABASE_URL.`)
  }
  const running = runningServer(dataDir)
  if (running === null) return startForCommand(dataDir, name)
  const database = found(running, name)
  try {
    await database.pool.query('select 1')
    return database
  } catch {
    // What the server left when it was killed; a start tidies that up.
    await database.close()
    return startForCommand(dataDir, name)
  }
}

/** As `findDatabase` for a command that nobody may be beside; makes the database where there is none. */
export async function claimDatabase({ home, databaseUrl, name }: Whereabouts): Promise<FoundDatabase> {
  if (databaseUrl !== null) return found(databaseUrl, name, 1)
  return startForCommand(path.join(home, 'postgres'), name)
}

async function startForCommand(dataDir: string, name: string): Promise<FoundDatabase> {
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined })
  const database = found(server.connectionString, name, 1)
  return {
    pool: database.pool,
    async close() {
      await database.close()
      await server.stop()
    },
  }
}

function found(connectionString: string, name: string, connectionsMax = 2): FoundDatabase {
  const pool = openPool({ connectionString, connectionsMax, name, log: () => undefined })
  return { pool, close: () => pool.end() }
}

/** `postmaster.pid`, line 5: folder of the socket (PostgreSQL, src/include/miscadmin.h). */
function runningServer(dataDir: string): string | null {
  try {
    const [, , , , socketDir] = readFileSync(path.join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
    if (socketDir === undefined || socketDir === '') return null
    return `postgresql:///holdfast?${new URLSearchParams({ host: socketDir, user: 'holdfast' }).toString()}`
  } catch {
    return null
  }
}
