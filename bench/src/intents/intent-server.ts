import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort, startGatewayPrograms } from '../herd/gateway-programs.ts'
import { startEmbeddedPostgres } from '../intake/gateway-database.ts'

/** A server that speaks `/v1/payment_intents`, in processes of its own. */
export interface IntentServer {
  readonly url: string
  readonly key: string
  stop(): Promise<void>
}

/** No request of the run may meet the limit that is there for strangers. */
const RATE = '100000'
const DEMO_KEY = 'sk_test_holdfast_demo_secret_key_000001'

/** One gateway process with everything in it, and its PostgreSQL, fsync on. */
export async function startHoldfast(home: string): Promise<IntentServer> {
  mkdirSync(home)
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(home, 'postgres'), log: () => undefined })
  const programs = await startGatewayPrograms({
    databaseUrl: postgres.connectionString,
    home,
    roles: ['all'],
    environment: { HOLDFAST_DEMO: '1', HOLDFAST_API_RATE: RATE },
  })
  return {
    url: programs.url,
    key: DEMO_KEY,
    async stop() {
      await programs.stop()
      await postgres.stop()
    },
  }
}

const bareHttp = fileURLToPath(new URL('./bare-http.child.ts', import.meta.url))
const START_MS_MAX = 30_000

/** `emulate` from npm, or a bare server as the ceiling of client and HTTP. */
export async function startChild(program: 'emulate' | 'bare-http'): Promise<IntentServer> {
  const port = String(await freePort())
  // Resolved when it is run, so that everything else goes on where it is not installed.
  const [file, args] =
    program === 'emulate'
      ? [fileURLToPath(import.meta.resolve('emulate/cli')), ['start', '--service', 'stripe', '--port', port]]
      : [bareHttp, [port]]
  const child = spawn(process.execPath, [file, ...args], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  await answers(url)
  return {
    url,
    key: 'sk_test_emulated',
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function answers(url: string): Promise<void> {
  const deadlineMs = performance.now() + START_MS_MAX
  while (performance.now() < deadlineMs) {
    const answer = await fetch(url).catch(() => null)
    await answer?.arrayBuffer()
    if (answer !== null) return
    await sleep(20)
  }
  throw new Error(`${url} does not answer`)
}
