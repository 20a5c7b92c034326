import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export type HostTask =
  /** Null: nothing is kept, and no answer waits for a disk. */
  | { readonly host: 'acquirer'; readonly journal: string | null }
  | { readonly host: 'bare'; readonly answerBytes: number }

export interface RunningHost {
  readonly port: number
  stop(): Promise<void>
}

const program = fileURLToPath(new URL('./answering-host.worker.ts', import.meta.url))

export async function startHost(task: HostTask): Promise<RunningHost> {
  const child = spawn(process.execPath, [program, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text)),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the host of the bench ended with ${String(code)}`)
    }),
  ])
  // Our own worker's one line.
  const { port } = JSON.parse(line) as { port: number }
  return {
    port,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
