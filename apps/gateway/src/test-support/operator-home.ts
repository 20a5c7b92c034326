import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { Pool } from 'pg'
import { startEmbeddedPostgres } from '../database/embedded-postgres.ts'
import { migrate } from '../database/migrate.ts'
import { openPool } from '../database/open-pool.ts'
import { loadGatewayKeys } from '../keys/gateway-keys.ts'
import { openSecretFile } from '../keys/gateway-secrets.ts'
import { sampleDevice } from './sample-rows.ts'
import { seedDevice } from './seed-device.ts'

const program = fileURLToPath(new URL('../operate.ts', import.meta.url))

interface Answered {
  readonly code: number | null
  readonly said: string
  readonly noted: string
}

/** A HOLDFAST_HOME with a migrated database, keys and one device, and the operator's program as a process on it. */
export interface OperatorHome {
  readonly home: string
  /** Runs while nobody else has the database. */
  withServer<Result>(work: (pool: Pool) => Promise<Result>): Promise<Result>
  run(...args: readonly string[]): Promise<Answered>
  /** Calls `onNote` with each line of progress, and with what kills the process, or its PostgreSQL, by -9. */
  runUntil(args: readonly string[], onNote: (line: string, kill: Kill) => void): Promise<Answered>
  drop(): void
}

interface Kill {
  readonly program: () => void
  readonly postgres: () => void
}

export async function makeOperatorHome(): Promise<OperatorHome> {
  const home = mkdtempSync(path.join(realpathSync(tmpdir()), 'holdfast-operator-'))
  // As root in a container without namespaces the server runs as nobody.
  chmodSync(home, 0o711)
  const dataDir = path.join(home, 'postgres')

  async function withServer<Result>(work: (pool: Pool) => Promise<Result>): Promise<Result> {
    const server = await startEmbeddedPostgres({ dataDir, log: () => undefined })
    const pool = openPool({
      connectionString: server.connectionString,
      connectionsMax: 4,
      log: () => undefined,
    })
    try {
      return await work(pool)
    } finally {
      await pool.end()
      await server.stop()
    }
  }

  function runUntil(args: readonly string[], onNote: (line: string, kill: Kill) => void): Promise<Answered> {
    const { DATABASE_URL: _url, HOLDFAST_GATEWAY_SECRET: _secret, ...env } = process.env
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...env, HOLDFAST_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [said, noted]: [string[], string[]] = [[], []]
    const kill: Kill = {
      program: () => void child.kill('SIGKILL'),
      postgres() {
        // Where it has ended already there is nobody to kill.
        const pid = Number.parseInt(readIfThere(path.join(dataDir, 'postmaster.pid')), 10)
        if (pid > 0) process.kill(pid, 'SIGKILL')
      },
    }
    createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
    createInterface({ input: child.stderr }).on('line', (line) => {
      noted.push(line)
      onNote(line, kill)
    })
    return new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, said: said.join('\n'), noted: noted.join('\n') }))
    })
  }

  await withServer(async (pool) => {
    await migrate(pool)
    await loadGatewayKeys(
      pool,
      nodeCrypto,
      openSecretFile(path.join(home, 'gateway.secret')),
      1_800_000_000_000,
    )
    await seedDevice(pool, sampleDevice())
  })
  return {
    home,
    withServer,
    runUntil,
    run: (...args) => runUntil(args, () => undefined),
    drop: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }),
  }
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
