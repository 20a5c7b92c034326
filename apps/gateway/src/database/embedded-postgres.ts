import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

import { Client } from 'pg'

import { lockFolder } from './folder-lock.ts'
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { createCluster, endPreviousServer, giveTo, socketFolder } from './postgres-folder.ts'
import { postgresUser, type PostgresUser } from './postgres-user.ts'

const readyTimeoutMs = 120_000
const stopTimeoutMs = 30_000
/** How long processes of a server that was killed may hold its shared memory before the start is given up. */
const leftoverTimeoutMs = 15_000
const adminRole = 'postgres'
const appName = 'holdfast'

export interface EmbeddedPostgresOptions {
  /** PostgreSQL's own data folder; created when missing. Its parent also gets a `<name>.lock` file. */
  readonly dataDir: string
  /** One line of PostgreSQL's log, never with statements or values in it. */
  readonly log: (line: string) => void
  /** Server settings laid over ours, for tests. */
  readonly settings?: Readonly<Record<string, string>>
}

export interface EmbeddedPostgres {
  /** As role `holdfast`: owner of database `holdfast`, no superuser, so that row-level security binds it. */
  readonly connectionString: string
  /** As superuser, for backups and for creating databases. */
  readonly adminConnectionString: string
  /** Settles when the server has ended, for whatever reason; `wanted` is false when nobody called `stop`. */
  readonly ended: Promise<{ readonly wanted: boolean }>
  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. Can be called twice. */
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL that comes out of npm on a private unix socket and resolves once it answers a query.
 * It ends with this process, also when this process is killed -9 (on Linux, by the parent-death signal).
 * Throws when another live process owns the folder, when there is no build for this platform, or when the server
 * does not come up; the message says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = postgresBinaries()
  const user = postgresUser()
  const dataDir = canonicalPath(options.dataDir)
  const lock = lockFolder(dataDir)
  try {
    await createCluster({ dataDir, binaries, user, adminRole })
    await endPreviousServer(dataDir)
    const socketDir = socketFolder(dataDir, user)
    giveTo(user, dataDir)

    const args = serverArguments({ dataDir, socketDir, settings: options.settings ?? {} })
    const server = await untilLeftoversAreGone(() =>
      launch({ binaries, user, args, socketDir, log: options.log }),
    )
    void server.ended.then(() => lock.release())
    return {
      connectionString: connectionUrl(appName, socketDir, appName),
      adminConnectionString: connectionUrl(adminRole, socketDir, 'postgres'),
      ended: server.ended,
      stop: () => server.stop(),
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

/** One name per folder whichever way it was spelled: locks and process arguments are compared by it. */
function canonicalPath(folder: string): string {
  const parent = path.dirname(path.resolve(folder))
  mkdirSync(parent, { recursive: true })
  return existsSync(folder) ? realpathSync(folder) : path.join(realpathSync(parent), path.basename(folder))
}

interface Server {
  readonly ended: Promise<{ readonly wanted: boolean }>
  stop(): Promise<void>
}

interface LaunchOptions {
  readonly binaries: PostgresBinaries
  readonly user: PostgresUser
  readonly args: readonly string[]
  readonly socketDir: string
  readonly log: (line: string) => void
}

async function launch({ binaries, user, args, socketDir, log }: LaunchOptions): Promise<Server> {
  const command = user.command(binaries.postgres, args)
  // In a session of its own: Ctrl-C in a terminal must reach the gateway only, which stops the database last.
  const child = spawn(command.file, command.args, {
    ...command.options,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const lastLines: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastLines.push(line)
    if (lastLines.length > 20) lastLines.shift()
    log(line)
  })
  const interrupt = () => void child.kill('SIGINT')
  process.once('exit', interrupt)

  let stopping = false
  // `close`, not `exit`: only then has the reason that the server gave on stderr been read to its end.
  const ended = new Promise<{ wanted: boolean }>((resolve) => {
    const end = () => {
      process.removeListener('exit', interrupt)
      resolve({ wanted: stopping })
    }
    child.once('close', end)
    child.once('error', (error) => {
      lastLines.push(String(error))
      end()
    })
  })
  const stop = async () => {
    stopping = true
    await interruptAndWait(child, ended)
  }

  try {
    await becomeReady(socketDir, ended)
  } catch (error) {
    await stop()
    throw new Error(`PostgreSQL did not start:\n${lastLines.join('\n')}`, { cause: error })
  }
  return { ended, stop }
}

/** Ready is not a line in the log but an answered query, and a role and database to work in. */
async function becomeReady(socketDir: string, ended: Promise<unknown>): Promise<void> {
  const admin = await connect(connectionUrl(adminRole, socketDir, 'postgres'), ended)
  try {
    const role = await admin.query('select 1 from pg_roles where rolname = $1', [appName])
    if (role.rowCount === 0) await admin.query(`create role ${appName} login`)
    const database = await admin.query('select 1 from pg_database where datname = $1', [appName])
    if (database.rowCount === 0) await admin.query(`create database ${appName} owner ${appName}`)
  } finally {
    await admin.end()
  }
}

async function connect(url: string, ended: Promise<unknown>): Promise<Client> {
  const deadlineMs = performance.now() + readyTimeoutMs
  let over = false
  void ended.then(() => (over = true))
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      // Refused or "starting up": recovery after a crash takes as long as its log is.
      if (over || performance.now() > deadlineMs) throw error
      await sleep(10)
    }
  }
}

/**
 * When only the postmaster was killed, its children need a moment to notice, and until then a new server refuses the
 * folder because the old shared memory is still attached. That guard is right, so we wait instead of removing it.
 */
async function untilLeftoversAreGone(start: () => Promise<Server>): Promise<Server> {
  const deadlineMs = performance.now() + leftoverTimeoutMs
  for (;;) {
    try {
      return await start()
    } catch (error) {
      const leftovers = error instanceof Error && error.message.includes('pre-existing shared memory block')
      if (!leftovers || performance.now() > deadlineMs) throw error
      await sleep(50)
    }
  }
}

async function interruptAndWait(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGINT')
  // The immediate shutdown loses nothing either: the next start replays the log.
  const impatience = setTimeout(() => child.kill('SIGQUIT'), stopTimeoutMs)
  await ended
  clearTimeout(impatience)
}

interface ServerFolders {
  readonly dataDir: string
  readonly socketDir: string
  readonly settings: Readonly<Record<string, string>>
}

function serverArguments({ dataDir, socketDir, settings }: ServerFolders): string[] {
  const all: Record<string, string> = {
    cluster_name: 'holdfast',
    listen_addresses: '',
    unix_socket_directories: socketDir,
    unix_socket_permissions: '0700',
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: '64MB',
    max_connections: '100',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A statement or a DETAIL line can carry what a customer typed. Errors reach the caller; the log keeps events.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    ...settings,
  }
  return ['-D', dataDir, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}

function connectionUrl(role: string, socketDir: string, database: string): string {
  return `postgresql:///${database}?${new URLSearchParams({ host: socketDir, user: role }).toString()}`
}
