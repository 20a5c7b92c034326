import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
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

const programs = {
  emulate: new URL('./emulate.child.ts', import.meta.url),
  'bare-http': new URL('./bare-http.child.ts', import.meta.url),
}

/** `emulate` from npm, or a bare server as the ceiling of client and HTTP. */
export async function startChild(program: keyof typeof programs): Promise<IntentServer> {
  const port = await freePort()
  const child = fork(fileURLToPath(programs[program]), [String(port)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await once(child, 'message')
  return {
    url: `http://127.0.0.1:${port}`,
    key: 'sk_test_emulated',
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}
