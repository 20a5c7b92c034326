import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534
const childScript = fileURLToPath(new URL('./embedded-postgres.child.ts', import.meta.url))

/** A folder made by a first start, copied for the tests that are not about the first start. */
let pristine: string
let parent: string
let dataDir: string
let servers: EmbeddedPostgres[]
let children: ChildProcess[]

beforeAll(async () => {
  pristine = path.join(fs.mkdtempSync(path.join(tmpdir(), 'holdfast-pg-')), 'data')
  await (await startEmbeddedPostgres({ dataDir: pristine, log: () => undefined })).stop()
})

afterAll(() => fs.rmSync(path.dirname(pristine), { recursive: true, force: true }))

beforeEach(() => {
  parent = fs.mkdtempSync(path.join(fs.realpathSync(tmpdir()), 'holdfast-pg-'))
  fs.chmodSync(parent, 0o711)
  dataDir = path.join(parent, 'data')
  fs.cpSync(pristine, dataDir, { recursive: true })
  fs.chmodSync(dataDir, 0o700)
  servers = []
  children = []
})

afterEach(async () => {
  for (const server of servers) {
    await server.stop()
    const socketDir = socketFolderOf(server)
    if (!socketDir.startsWith(parent)) fs.rmSync(socketDir, { recursive: true, force: true })
  }
  for (const child of children) child.kill('SIGKILL')
  await gone(serverPid())
  fs.rmSync(parent, { recursive: true, force: true })
})

test('a first start makes the folder and answers as an ordinary role, with fsync on', async () => {
  fs.rmSync(dataDir, { recursive: true })
  const server = await start()
  const [row] = await query(
    server.connectionString,
    `select current_setting('server_version') as version, current_setting('fsync') as fsync,
       current_setting('data_checksums') as checksums, rolsuper from pg_roles where rolname = current_user`,
  )
  expect(row).toEqual({ version: '18.4', fsync: 'on', checksums: 'on', rolsuper: false })
})

test('the server listens on nothing but a socket that only its owner can reach', async () => {
  const server = await start()
  const [row] = await query(
    server.adminConnectionString,
    `select current_setting('listen_addresses') as tcp, current_setting('unix_socket_directories') as socket`,
  )
  expect(row).toEqual({ tcp: '', socket: dataDir })
  expect(fs.statSync(dataDir).mode & 0o077).toBe(0)
})

test('a restart keeps what was committed', async () => {
  const first = await start()
  await query(first.connectionString, 'create table kept as select 42 as n')
  await first.stop()
  expect(await first.ended).toEqual({ wanted: true })
  const second = await start()
  expect(await query(second.connectionString, 'select n from kept')).toEqual([{ n: 42 }])
})

test('after a kill -9 of the postmaster the caller is told, and the next start has every committed row', async () => {
  const first = await start()
  await query(first.connectionString, 'create table kept as select 42 as n')
  process.kill(serverPid() ?? 0, 'SIGKILL')
  expect(await first.ended).toEqual({ wanted: false })
  const second = await start()
  expect(await query(second.connectionString, 'select n from kept')).toEqual([{ n: 42 }])
})

test('after a kill -9 of the Node process a start at once takes over and has every committed row', async () => {
  const child = await startChild()
  await query(child.connectionString, 'create table kept as select 42 as n')
  child.process.kill('SIGKILL')
  const second = await start()
  expect(await query(second.connectionString, 'select n from kept')).toEqual([{ n: 42 }])
})

test('a query that outlives a kill -9 of Node and of the postmaster is never joined by a second server', async () => {
  const child = await startChild()
  const client = new Client({ connectionString: child.connectionString })
  client.on('error', () => undefined)
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const busy = client.query('select count(*) from generate_series(1, 10000000)').catch(() => undefined)
  await sleep(50)
  process.kill(serverPid() ?? 0, 'SIGKILL')
  child.process.kill('SIGKILL')
  expect(isAlive(rows[0]?.pid)).toBe(true)

  await start()
  expect(isAlive(rows[0]?.pid)).toBe(false)
  await busy
})

test.runIf(process.platform === 'linux')(
  'the server ends by itself when its Node process is killed -9',
  async () => {
    const child = await startChild()
    const pid = serverPid()
    expect(isAlive(pid)).toBe(true)
    child.process.kill('SIGKILL')
    await gone(pid)
    expect(isAlive(pid)).toBe(false)
  },
)

test('a second start on the same folder is refused, naming the folder and the process, and harms nothing', async () => {
  const child = await startChild()
  const message = new RegExp(`Another Holdfast is running on ${dataDir} .*process ${serverPid()}`)
  await expect(start()).rejects.toThrow(message)
  await expect(start(path.join(parent, '.', 'data'))).rejects.toThrow(message)
  expect(await query(child.connectionString, 'select 1 as n')).toEqual([{ n: 1 }])
})

test('a second start in the same process is refused as well', async () => {
  await start()
  await expect(start()).rejects.toThrow('Another Holdfast is running')
})

test('two first starts at the same moment: one wins, the other is refused', async () => {
  fs.rmSync(dataDir, { recursive: true })
  const outcomes = await Promise.allSettled([start(), start()])
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('a kill -9 in the middle of the first start leaves nothing half-made', async () => {
  fs.rmSync(dataDir, { recursive: true })
  const child = spawn(process.execPath, [childScript, dataDir], { stdio: 'ignore' })
  children.push(child)
  await until(() => fs.readdirSync(parent).some((name) => name.includes('.initdb-')))
  await sleep(100)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(fs.existsSync(dataDir)).toBe(false)
  await start()
  expect(fs.readdirSync(parent).sort()).toEqual(['data', 'data.lock'])
})

test('a pid file that names a living stranger does not stop the start', async () => {
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
  children.push(stranger)
  writePidFile(stranger.pid ?? 0)
  await start()
  expect(isAlive(stranger.pid)).toBe(true)
})

test('a pid file that names a zombie does not stop the start', async () => {
  // sleep never waits for the child that the shell left it, so that child stays a zombie.
  const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(shell)
  const zombie = Number(await firstLine(shell))
  writePidFile(zombie)
  await start()
})

test('a PostgreSQL that somebody else runs on the folder is left alone', async () => {
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore', argv0: 'postgres', cwd: dataDir })
  children.push(stranger)
  writePidFile(stranger.pid ?? 0)
  await expect(start()).rejects.toThrow(`PostgreSQL process ${stranger.pid} is running on ${dataDir}`)
  expect(isAlive(stranger.pid)).toBe(true)
})

test('a folder with other things in it is not taken over', async () => {
  fs.rmSync(dataDir, { recursive: true })
  fs.mkdirSync(dataDir)
  fs.writeFileSync(path.join(dataDir, 'notes.txt'), 'mine')
  await expect(start()).rejects.toThrow('neither empty nor a PostgreSQL folder')
  expect(fs.readdirSync(dataDir)).toEqual(['notes.txt'])
})

test('a path too long for a socket gets a short private folder for it, and restarts there', async () => {
  dataDir = path.join(parent, 'a-long-folder-name-'.repeat(6), 'data')
  const first = await start()
  await query(first.connectionString, 'create table kept as select 42 as n')
  await first.stop()
  const second = await start()
  expect(await query(second.connectionString, 'select n from kept')).toEqual([{ n: 42 }])
  expect(fs.statSync(socketFolderOf(second)).mode & 0o777).toBe(0o700)
})

test('a path with a space, a comma and an accent works', async () => {
  dataDir = path.join(parent, 'Café, till 1')
  const server = await start()
  expect(await query(server.connectionString, 'select 1 as n')).toEqual([{ n: 1 }])
})

test.runIf(isRoot)(
  'as root without user namespaces the server runs as nobody, and later starts agree',
  async () => {
    const first = await start()
    await query(first.connectionString, 'create table kept as select 42 as n')
    await first.stop()
    const bin = path.join(parent, 'bin')
    fs.mkdirSync(bin)
    fs.writeFileSync(path.join(bin, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })

    const child = await startChild({ env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` } })
    expect(fs.statSync(dataDir).uid).toBe(nobody)
    expect(await query(child.connectionString, 'select n from kept')).toEqual([{ n: 42 }])
    const pid = serverPid()
    child.process.kill('SIGKILL')
    await gone(pid)

    const third = await start()
    expect(fs.statSync(dataDir).uid).toBe(0)
    expect(await query(third.connectionString, 'select n from kept')).toEqual([{ n: 42 }])
  },
)

const nobodyCanRunThis =
  isRoot && spawnSync(process.execPath, ['--check', childScript], { uid: nobody, gid: nobody }).status === 0
if (isRoot && !nobodyCanRunThis) process.stderr.write(`SKIPPED: user ${nobody} cannot read ${childScript}\n`)

test.runIf(nobodyCanRunThis)(
  'as an ordinary user the server starts, and the user owns the folder',
  async () => {
    fs.rmSync(dataDir, { recursive: true })
    fs.chownSync(parent, nobody, nobody)
    const child = await startChild({ uid: nobody, gid: nobody })
    expect(fs.statSync(dataDir).uid).toBe(nobody)
    expect(await query(child.connectionString, 'select 1 as n')).toEqual([{ n: 1 }])
  },
)

async function start(folder = dataDir): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: folder, log: () => undefined })
  servers.push(server)
  return server
}

async function startChild(options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {}) {
  const child = spawn(process.execPath, [childScript, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
  })
  children.push(child)
  const { connectionString }: { connectionString: string } = JSON.parse(await firstLine(child))
  return { process: child, connectionString }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the child was started without a pipe')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the child ended without a word')
}

function socketFolderOf(server: EmbeddedPostgres): string {
  return new URL(server.connectionString).searchParams.get('host') ?? ''
}

async function query(connectionString: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

function serverPid(): number | undefined {
  const file = path.join(dataDir, 'postmaster.pid')
  return fs.existsSync(file) ? Number.parseInt(fs.readFileSync(file, 'utf8'), 10) : undefined
}

function writePidFile(pid: number): void {
  fs.writeFileSync(
    path.join(dataDir, 'postmaster.pid'),
    `${pid}\n${dataDir}\n1700000000\n5432\n${dataDir}\n\n0 0\n`,
  )
}

/** Zombies count as dead, so not by kill(pid, 0). */
function isAlive(pid: number | undefined): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid ?? 0)], { encoding: 'utf8' }).stdout.trim()
  return state !== '' && !state.startsWith('Z')
}

async function gone(pid: number | undefined): Promise<void> {
  if (pid !== undefined) await until(() => !isAlive(pid))
}

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 15_000
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error('waited 15 s in vain')
    await sleep(10)
  }
}
