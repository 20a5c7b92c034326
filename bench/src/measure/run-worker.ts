import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface WorkerRun {
  /** Absolute path of a TypeScript program that takes its input as JSON and prints its answer as its last line. */
  readonly program: string
  readonly input: unknown
  /** Put before the command, for strace. */
  readonly prefix?: readonly string[]
  readonly nodeArguments?: readonly string[]
  /** Killed after this time; the run then fails. */
  readonly timeoutMs?: number
}

/** A fresh process per figure: no warm cache, no garbage of the one before. Rejects with what it wrote to stderr. */
export async function runWorker(run: WorkerRun): Promise<unknown> {
  const worker = startWorker(run)
  const timer = setTimeout(() => worker.kill(), run.timeoutMs ?? WORKER_TIMEOUT_MS)
  const ended = await worker.ended
  clearTimeout(timer)
  if (ended.code !== 0)
    throw new Error(`${run.program} failed (${ended.code}): ${ended.errors.slice(-2_000)}`)
  return JSON.parse(ended.output.trimEnd().split('\n').at(-1) ?? '')
}

export interface RunningWorker {
  readonly ended: Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }>
  /** SIGKILL. */
  kill(): void
}

export function startWorker({ program, input, prefix = [], nodeArguments = [] }: WorkerRun): RunningWorker {
  const command = [...prefix, process.execPath, ...nodeArguments, program, JSON.stringify(input)]
  const [file = process.execPath, ...args] = command
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, output, errors }))
  return { ended, kill: () => void child.kill('SIGKILL') }
}

/** The input of this worker process; whoever started it knows its shape. */
export function workerInput(): unknown {
  return JSON.parse(process.argv[2] ?? 'null')
}

export function workerAnswer(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

const WORKER_TIMEOUT_MS = 900_000
