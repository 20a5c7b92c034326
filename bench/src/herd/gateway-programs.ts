import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const START_MS_MAX = 60_000

export interface GatewayPrograms {
  /** Of the process that answers devices. */
  readonly url: string
  stop(): Promise<void>
}

/** The real gateway as programs of their own on one database, with the simulated acquirer behind real ISO 8583. */
export async function startGatewayPrograms(options: {
  readonly databaseUrl: string
  readonly home: string
  readonly roles: readonly ('all' | 'api' | 'worker')[]
  /** More for the gateway's environment. */
  readonly environment?: Readonly<Record<string, string>>
}): Promise<GatewayPrograms> {
  const { databaseUrl, home, roles, environment = {} } = options
  const [acquirerPort, controlPort] = [await freePort(), await freePort()]
  const children = [
    run('apps/acquirer/src/main.ts', [], {
      HOLDFAST_ACQUIRER_PORT: String(acquirerPort),
      HOLDFAST_ACQUIRER_CONTROL_PORT: String(controlPort),
      HOLDFAST_ACQUIRER_DATA: path.join(home, 'acquirer'),
    }),
  ]
  const urls: string[] = []
  for (const role of roles) {
    const port = await freePort()
    children.push(
      run('apps/gateway/src/main.ts', ['--role', role], {
        DATABASE_URL: databaseUrl,
        HOLDFAST_HOME: home,
        HOLDFAST_GATEWAY_PORT: String(port),
        HOLDFAST_ACQUIRER_PORT: String(acquirerPort),
        HOLDFAST_LOG_LEVEL: 'error',
        ...environment,
      }),
    )
    const url = `http://127.0.0.1:${port}`
    urls.push(url)
    // One after the other: the first one migrates.
    await answers(url, role === 'api' ? 'unowned' : 'up')
  }
  const url = urls[0] ?? ''
  await answers(url, 'up')
  return {
    url,
    async stop() {
      for (const child of children.toReversed()) await end(child)
    },
  }
}

function run(program: string, args: readonly string[], environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [path.join(root, program), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, HOLDFAST_DEMO: '', ...environment },
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

/** Until it is ready, with the link of its acquirer in this state. */
async function answers(url: string, acquirer: string): Promise<void> {
  const deadlineMs = performance.now() + START_MS_MAX
  while (performance.now() < deadlineMs) {
    const ready = await fetch(`${url}/readyz`).catch(() => null)
    const said: unknown = await ready?.json().catch(() => null)
    if (ready?.ok === true && isAbout(said) && said.acquirer === acquirer) return
    await sleep(50)
  }
  throw new Error(`${url} did not become ready with an acquirer that is ${acquirer}`)
}

function isAbout(said: unknown): said is { acquirer: unknown } {
  return typeof said === 'object' && said !== null && 'acquirer' in said
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
