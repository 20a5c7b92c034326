import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Clock, must } from '@holdfast/core'
import { createSystemClock } from '../ports/system-clock.ts'

const program = fileURLToPath(new URL('../../../acquirer/src/main.ts', import.meta.url))
const KEY = '0123456789ABCDEF0123456789ABCDEF'
/** That the program was started with. */
export const acquirerKeys = { macKey: Buffer.from(KEY, 'hex'), keyEncryptionKey: Buffer.from(KEY, 'hex') }

export interface AcquirerProgram {
  readonly port: number
  /** Of its control. */
  readonly controlUrl: string
  /** Resolves when it is gone. */
  kill(): Promise<void>
}

/** The acquirer's own program, with its data in `home`. */
export async function startAcquirerProgram(home: string, profile: string): Promise<AcquirerProgram> {
  const child: ChildProcess = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      HOLDFAST_ACQUIRER_PORT: '0',
      HOLDFAST_ACQUIRER_CONTROL_PORT: '0',
      HOLDFAST_ACQUIRER_DATA: path.join(home, 'acquirer'),
      HOLDFAST_ACQUIRER_PROFILE: profile,
      HOLDFAST_ACQUIRER_MAC_KEY: KEY,
      HOLDFAST_ACQUIRER_KEY_ENCRYPTION_KEY: KEY,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: must(child.stdout, 'stdout is a pipe') })
  const [line] = (await once(lines, 'line')) as [string]
  // Its first line says where it listens.
  const { port, controlPort } = JSON.parse(line) as { port: number; controlPort: number }
  return {
    port,
    controlUrl: `http://127.0.0.1:${controlPort}`,
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** Real time, counted from where the test's own clock stands; `aheadMs` later than that. */
export function runningFrom(startMs: number, aheadMs: () => number = () => 0): Clock {
  const clock = createSystemClock()
  const beginMs = clock.monotonicMs()
  return { ...clock, wallMs: () => Math.floor(startMs + aheadMs() + clock.monotonicMs() - beginMs) }
}
