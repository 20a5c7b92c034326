import { startEmbeddedPostgres } from './embedded-postgres.ts'

/** A process for tests to kill: starts the server on the folder in its argument and says how to reach it. */
const [, , dataDir = ''] = process.argv
const server = await startEmbeddedPostgres({ dataDir, log: () => undefined })
process.stdout.write(`${JSON.stringify({ connectionString: server.connectionString })}\n`)
process.once('SIGTERM', () => void server.stop())
