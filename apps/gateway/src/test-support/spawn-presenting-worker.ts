import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { MoneyStack } from './money-stack.ts'
import type { Death, PresentingWorker } from './presenting-worker.child.ts'

const program = fileURLToPath(new URL('presenting-worker.child.ts', import.meta.url))

/** A process that owns the link of that stack, until it dies by SIGKILL where it is told to. `url` is of its database. */
export function spawnPresentingWorker(stack: MoneyStack, url: string, death: Death): ChildProcess {
  // Its clock is past the lease of the worker before it.
  stack.leap(10_000)
  const worker: PresentingWorker = {
    url,
    acquirerPort: stack.acquirerPort,
    vaultKey: Buffer.from(stack.gateway.world.keys.vaultKey).toString('base64url'),
    startMs: stack.world.clock.wallMs(),
    death,
  }
  return spawn(process.execPath, [program, JSON.stringify(worker)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}
