import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from './database/test-database.ts'

const acquirerProgram = fileURLToPath(new URL('../../acquirer/src/main.ts', import.meta.url))
const program = fileURLToPath(new URL('./main.ts', import.meta.url))
let database: TestDatabase
let home: string
let port: number
let processes: ChildProcess[]

beforeEach(async () => {
  database = await createTestDatabase({ template: 'empty' })
  home = mkdtempSync(path.join(tmpdir(), 'holdfast-gateway-'))
  port = await freePort()
  processes = []
})

afterEach(async () => {
  for (const child of processes) child.kill('SIGKILL')
  rmSync(home, { recursive: true, force: true })
  await database.drop()
})

test('the program starts on an empty database, stops cleanly, and starts again as the same gateway', async () => {
  const first = run()
  await ready()
  expect(await json('/readyz')).toMatchObject({
    status: 'ready',
    role: 'all',
    database: 'up',
    migrations: 'current',
  })
  const demo = await json('/internal/v1/demo')
  expect(demo).toMatchObject({ keys: { secret: expect.stringMatching(/^sk_test_holdfast_demo_/) } })
  const keyId = await signingKeyId()
  expect(await end(first, 'SIGTERM')).toBe(0)

  const second = run()
  await ready()
  expect(await signingKeyId()).toBe(keyId)
  expect(await json('/internal/v1/demo')).toEqual(demo)
  expect(await end(second, 'SIGINT')).toBe(0)
})

test('a signal while it starts ends it all the same', async () => {
  const child = run()
  await until(async () => (await fetch(url('/healthz'))).ok)
  expect(await end(child, 'SIGTERM')).toBe(0)
})

test('without the secret of its database it refuses to start and says why', async () => {
  const first = run()
  await ready()
  await end(first, 'SIGTERM')
  const second = run({ HOLDFAST_GATEWAY_SECRET: Buffer.alloc(32, 7).toString('base64url') })
  let log = ''
  second.stdout?.on('data', (chunk) => (log += String(chunk)))
  await once(second, 'close')
  expect(second.exitCode).toBe(1)
  expect(log).toContain('the gateway secret is not the one this database was made with')
})

test('a faulty acquirer profile ends it before it listens, with the path and code of each fault', async () => {
  const file = path.join(home, 'profile.json')
  writeFileSync(file, JSON.stringify({ name: 'some-bank', repeatsMax: -1 }))
  const child = run({ HOLDFAST_ACQUIRER_PROFILE: file })
  let log = ''
  child.stdout?.on('data', (chunk) => (log += String(chunk)))
  await once(child, 'close')
  expect(child.exitCode).toBe(1)
  expect(log).toContain('repeatsMax: out_of_range')
  expect(log).toContain('settlement: missing')
})

test('with the same profile and keys, gateway and acquirer sign on to each other; with another key they do not', async () => {
  const contract = {
    HOLDFAST_ACQUIRER_PROFILE: 'terminal-capture',
    HOLDFAST_ACQUIRER_MAC_KEY: '0123456789ABCDEF0123456789ABCDEF',
    HOLDFAST_ACQUIRER_KEY_ENCRYPTION_KEY: 'FEDCBA9876543210FEDCBA9876543210',
  }
  const acquirerPort = await freePort()
  const acquirer = spawn(process.execPath, [acquirerProgram], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...contract,
      HOLDFAST_ACQUIRER_PORT: String(acquirerPort),
      HOLDFAST_ACQUIRER_CONTROL_PORT: '0',
      HOLDFAST_ACQUIRER_DATA: path.join(home, 'acquirer'),
    },
  })
  acquirer.stdout.resume()
  processes.push(acquirer)
  const reached = { ...contract, HOLDFAST_ACQUIRER_PORT: String(acquirerPort) }
  const first = run(reached)
  await until(async () => ((await json('/readyz')) as { acquirer: string }).acquirer === 'up')
  await end(first, 'SIGTERM')

  run({ ...reached, HOLDFAST_ACQUIRER_MAC_KEY: '00'.repeat(16) })
  await ready()
  await sleep(1_500)
  expect(await json('/readyz')).toMatchObject({ acquirer: 'down' })
})

test('a role that shares no database, or that does not exist, is refused by name before anything listens', async () => {
  for (const [args, words] of [
    [['--role', 'worker'], '--role worker shares its database: set DATABASE_URL'],
    [['--role', 'king'], '--role king is not one of all, api, worker'],
  ] as const) {
    const child = run({ DATABASE_URL: '' }, args)
    let log = ''
    child.stdout?.on('data', (chunk) => (log += String(chunk)))
    await once(child, 'close')
    expect(child.exitCode).toBe(1)
    expect(log).toContain(words)
  }
})

test('a second signal ends at once what the first one lets end by itself', async () => {
  const child = run()
  await ready()
  // A request that nobody finishes holds up the end; 100 Continue says that the gateway has it.
  const half = connect(port, '127.0.0.1')
  half.on('error', () => {})
  half.write(
    'POST /v1/payment_intents HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n',
  )
  await once(half, 'data')
  child.kill('SIGTERM')
  await until(() =>
    fetch(url('/healthz')).then(
      () => false,
      () => true,
    ),
  )
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
  half.destroy()
  expect(child.exitCode).toBe(1)
})

function run(environment: Record<string, string> = {}, args: readonly string[] = []): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      HOLDFAST_GATEWAY_PORT: String(port),
      HOLDFAST_HOME: home,
      DATABASE_URL: database.url,
      HOLDFAST_ACQUIRER_PORT: '1',
      HOLDFAST_DEMO: '1',
      ...environment,
    },
  })
  child.stdout?.resume()
  processes.push(child)
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
  return child.exitCode
}

async function ready(): Promise<void> {
  await until(async () => (await fetch(url('/readyz'))).ok)
}

async function signingKeyId(): Promise<string> {
  const nonce = Buffer.alloc(16, 1).toString('base64url')
  const { time } = (await json(`/device/v1/ping?nonce=${nonce}`)) as { time: { keyId: string } }
  return time.keyId
}

async function json(at: string): Promise<unknown> {
  return (await fetch(url(at))).json()
}

function url(at: string): string {
  return `http://127.0.0.1:${port}${at}`
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 40_000
  for (;;) {
    if (await condition().catch(() => false)) return
    if (performance.now() > deadlineMs) throw new Error('waited in vain')
    await sleep(25)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
