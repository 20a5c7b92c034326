import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { type Ready, readReady } from '@holdfast/local'

const localScript = (name: string): string =>
  fileURLToPath(new URL(`../../../apps/local/src/${name}.ts`, import.meta.url))

const operatorScript = fileURLToPath(new URL('../../../apps/gateway/src/operate.ts', import.meta.url))

export interface RunningStack {
  readonly ready: Ready
  readonly child: ChildProcess
  readonly output: () => string
  /** Ctrl-C. */
  stop(): Promise<number | null>
}

export interface Place {
  readonly home: string
  readonly basePort: number
  /** Which contract gateway and acquirer keep to; absent: what they do by themselves. */
  readonly acquirerProfile?: string
}

export function newHome(): string {
  return mkdtempSync(path.join(tmpdir(), 'holdfast-e2e-'))
}

export function dropHome(home: string): void {
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
}

/** `npm start` on a home and ports of its own; resolves when `ready.json` is there. */
export async function startLocal(place: Place): Promise<RunningStack> {
  const { child, output, ended } = run('start', place)
  let exited = false
  void ended.then(() => (exited = true))
  for (;;) {
    const ready = readReady(place.home)
    if (ready !== null && ready.pid === child.pid) {
      return {
        ready,
        child,
        output,
        stop: () => {
          child.kill('SIGINT')
          return ended
        },
      }
    }
    if (exited) throw new Error(`npm start ended:\n${output()}`)
    await sleep(50)
  }
}

/** A program of apps/local that ends by itself. */
export async function runLocal(
  name: string,
  place: Place,
  args: readonly string[] = [],
): Promise<{ code: number | null; output: string; stdout: string }> {
  const { output, stdout, ended } = run(name, place, args)
  return { code: await ended, output: output(), stdout: stdout() }
}

/** `npm run gateway -- …`, as an operator types it. */
export async function runOperator(
  place: Place,
  ...args: readonly string[]
): Promise<{ code: number | null; output: string }> {
  const { output, ended } = runScript(operatorScript, place, args)
  return { code: await ended, output: output() }
}

function run(name: string, place: Place, args: readonly string[] = []) {
  return runScript(localScript(name), place, args)
}

function runScript(script: string, { home, basePort, acquirerProfile }: Place, args: readonly string[]) {
  const contract = acquirerProfile === undefined ? {} : { HOLDFAST_ACQUIRER_PROFILE: acquirerProfile }
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...contract, HOLDFAST_HOME: home, HOLDFAST_PORT: String(basePort) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let all = ''
  let out = ''
  child.stdout.on('data', (bytes: Buffer) => {
    all += bytes.toString()
    out += bytes.toString()
  })
  child.stderr.on('data', (bytes: Buffer) => (all += bytes.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  return { child, ended, output: () => all, stdout: () => out }
}
