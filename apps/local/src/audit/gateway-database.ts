import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface GatewayDatabase {
  readonly connectionString: string
  close(): Promise<void>
}

const serverProgram = fileURLToPath(
  new URL('../../../gateway/src/database/embedded-postgres.child.ts', import.meta.url),
)
const START_MS = 60_000

/**
 * A way into the gateway's database: `DATABASE_URL`, else the embedded server of the stack that runs on this home, else
 * that server started for the audit alone. Null when this home has no database.
 */
export async function openGatewayDatabase(home: string): Promise<GatewayDatabase | null> {
  const own = process.env['DATABASE_URL']
  if (own !== undefined && own !== '') return { connectionString: own, close: () => Promise.resolve() }
  const dataDir = path.join(home, 'postgres')
  if (!existsSync(path.join(dataDir, 'PG_VERSION'))) return null
  const socketDir = socketOfRunningServer(dataDir)
  if (socketDir !== null) {
    return { connectionString: connectionUrl(socketDir), close: () => Promise.resolve() }
  }
  return startServer(dataDir)
}

/** `postmaster.pid`, line 1: process id, line 5: folder of the socket (PostgreSQL, src/include/miscadmin.h). */
function socketOfRunningServer(dataDir: string): string | null {
  try {
    const [pid, , , , socketDir] = readFileSync(path.join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 0)
    return socketDir === undefined || socketDir === '' ? null : socketDir
  } catch {
    return null
  }
}

async function startServer(dataDir: string): Promise<GatewayDatabase> {
  const child = spawn(process.execPath, [serverProgram, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await firstLine(child)
  // One line of JSON is all that this program says.
  const { connectionString } = JSON.parse(line) as { connectionString: string }
  const socketDir = new URL(connectionString).searchParams.get('host') ?? ''
  return {
    connectionString: connectionUrl(socketDir),
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await gone
    },
  }
}

/** As superuser: an audit sees every account. */
function connectionUrl(socketDir: string): string {
  return `postgresql:///holdfast?${new URLSearchParams({ host: socketDir, user: 'postgres' }).toString()}`
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const impatience = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error('The database did not start'))
    }, START_MS)
    child.once('exit', () => reject(new Error('The database could not be started')))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(impatience)
      resolve(line)
    })
  })
}
