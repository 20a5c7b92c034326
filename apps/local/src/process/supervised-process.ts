import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface Program {
  readonly name: string
  /** TypeScript file that is the program. */
  readonly script: string
  /** Asked at each start; laid over the supervisor's own environment. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>
  /** True when the program answers; asked again and again. */
  readonly isReady: () => Promise<boolean>
  readonly onMessage?: (message: unknown) => void
}

/** `dead` is a process that died and comes back by itself; `killed` one that waits for `start`. */
export type ProcessState = 'stopped' | 'starting' | 'running' | 'dead' | 'killed'

export interface SupervisedProcessOptions {
  readonly program: Program
  readonly logFolder: string
  readonly log: (line: string) => void
}

const READY_MS = 120_000
const READY_LOOK_MS = 25
/** Longer than PostgreSQL needs for its last checkpoint. */
const STOP_MS = 20_000
const RESTART_FIRST_MS = 100
const RESTART_LAST_MS = 5_000
/** A program that lived so long did not die of its start. */
const STEADY_MS = 10_000
const LOG_BYTES_MAX = 20_000_000
const watchParent = fileURLToPath(new URL('./watch-parent.ts', import.meta.url))

/** A program of the stack as a real process that is started again when it dies. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions
  #child: ChildProcess | undefined
  #state: ProcessState = 'stopped'
  #restarts = 0
  #startedMs = 0
  /** Somebody awaits this start and is told when it fails: what cannot start for them is not tried again by itself. */
  #attended = false
  #restartTimer: NodeJS.Timeout | undefined

  constructor(options: SupervisedProcessOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.program.name
  }

  get state(): ProcessState {
    return this.#state
  }

  /** Undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  get restarts(): number {
    return this.#restarts
  }

  /** Resolves when the program answers. @throws Error when it dies before that or takes too long */
  async start(): Promise<void> {
    if (this.#state === 'starting' || this.#state === 'running') return this.untilReady()
    clearTimeout(this.#restartTimer)
    this.#state = 'starting'
    this.#attended = true
    try {
      const child = await this.#spawn()
      if (child === undefined || (await this.#becomesReady(child))) return
    } finally {
      this.#attended = false
    }
    throw new Error(`${this.name} did not start. The end of its log:\n${this.logTail()}`)
  }

  /** Resolves when it runs, also after restarts. */
  async untilReady(): Promise<void> {
    const deadlineMs = performance.now() + READY_MS
    while (this.#state !== 'running') {
      if (performance.now() > deadlineMs) throw new Error(`${this.name} did not become ready`)
      await sleep(READY_LOOK_MS)
    }
  }

  /** SIGKILL in this instant. Resolves when it is gone; `stays` until `start` is called, else it comes back by itself. */
  async kill({ stays }: { stays: boolean }): Promise<void> {
    clearTimeout(this.#restartTimer)
    if (stays) this.#state = 'killed'
    const child = this.#child
    if (child !== undefined) {
      child.kill('SIGKILL')
      await exited(child)
    } else if (!stays && this.#state === 'dead') this.#restartLater()
  }

  /** Asks it to end; SIGKILL when it does not. */
  async stop(): Promise<void> {
    clearTimeout(this.#restartTimer)
    this.#state = 'stopped'
    const child = this.#child
    if (child === undefined) return
    child.kill('SIGTERM')
    const impatience = setTimeout(() => {
      this.#options.log(`${this.name} does not stop and is killed`)
      child.kill('SIGKILL')
    }, STOP_MS)
    await exited(child)
    clearTimeout(impatience)
  }

  /** For the last moment of the supervisor. */
  killNow(): void {
    this.#state = 'stopped'
    this.#child?.kill('SIGKILL')
  }

  async #spawn(): Promise<ChildProcess | undefined> {
    const { program, logFolder } = this.#options
    const environment = await program.environment()
    // Somebody may have stopped it while the environment was made.
    if (this.#state !== 'starting') return undefined
    const logFile = openLog(logFolder, program.name)
    // A session of its own: Ctrl-C reaches the supervisor alone, which stops everything in order.
    const child = spawn(process.execPath, ['--import', watchParent, program.script], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', logFile, logFile, 'ipc'],
      detached: true,
      windowsHide: true,
    })
    closeSync(logFile)
    child.on('message', (message) => program.onMessage?.(message))
    child.once('error', (error) =>
      this.#options.log(`${program.name} could not be started: ${error.message}`),
    )
    child.once('exit', (code, signal) => this.#onExit(child, code, signal))
    this.#child = child
    this.#startedMs = performance.now()
    return child
  }

  async #becomesReady(child: ChildProcess): Promise<boolean> {
    const deadlineMs = performance.now() + READY_MS
    while (this.#child === child && this.#state === 'starting' && performance.now() < deadlineMs) {
      if (await this.#options.program.isReady()) {
        if (this.#child !== child || this.#state !== 'starting') return false
        this.#state = 'running'
        return true
      }
      await sleep(READY_LOOK_MS)
    }
    return false
  }

  #onExit(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#child !== child) return
    this.#child = undefined
    if (this.#state === 'stopped' || this.#state === 'killed') return
    this.#options.log(`${this.name} died (${signal ?? `exit code ${code}`})`)
    this.#state = this.#attended ? 'stopped' : 'dead'
    if (!this.#attended) this.#restartLater()
  }

  #restartLater(): void {
    const lived = performance.now() - this.#startedMs
    this.#restarts = lived > STEADY_MS ? 1 : this.#restarts + 1
    const delayMs = Math.min(RESTART_FIRST_MS * 2 ** (this.#restarts - 1), RESTART_LAST_MS)
    this.#restartTimer = setTimeout(() => void this.#restart(), delayMs)
  }

  async #restart(): Promise<void> {
    if (this.#state !== 'dead') return
    this.#state = 'starting'
    try {
      const child = await this.#spawn()
      if (child !== undefined && (await this.#becomesReady(child))) this.#options.log(`${this.name} is back`)
    } catch (error) {
      this.#options.log(`${this.name} could not be started again: ${String(error)}`)
      this.#state = 'dead'
      this.#restartLater()
    }
  }

  /** Of its whole log, so also of a start before this one. */
  logTail(): string {
    return readFileSync(logPath(this.#options.logFolder, this.name), 'utf8').split('\n').slice(-15).join('\n')
  }
}

/** Straight into a file: a program writes on when its supervisor is gone. */
function openLog(folder: string, name: string): number {
  mkdirSync(folder, { recursive: true })
  const file = logPath(folder, name)
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) truncateSync(file)
  return openSync(file, 'a')
}

function logPath(folder: string, name: string): string {
  return path.join(folder, `${name}.log`)
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise<void>((resolve) => child.once('exit', () => resolve()))
}
