import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface ChildProgramOptions {
  readonly name: string
  /** As it is, or from the root of the repository. */
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  readonly logFolder: string
  /** True when it answers; asked again and again. */
  readonly isReady: () => Promise<boolean>
  readonly onMessage?: (message: unknown) => void
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** What the stack gives its programs: they end when the test's process is gone. */
const watchParent = path.join(root, 'apps/local/src/process/watch-parent.ts')
const READY_MS = 60_000
const STOP_MS = 20_000
const AGAIN_MS = 150
/** What dies so often before it was ever ready does not do so by our hand. */
const FIRST_STARTS_MAX = 4

/** A real process that comes back at once whatever ends it, until it is told to stop. */
export class ChildProgram {
  readonly #options: ChildProgramOptions
  #child: ChildProcess | undefined
  #wanted = false
  #starts = 0
  #wasReady = false

  constructor(options: ChildProgramOptions) {
    this.#options = options
  }

  get name(): string {
    return this.#options.name
  }

  /** Undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  get starts(): number {
    return this.#starts
  }

  /** Resolves when it answers, maybe after deaths. */
  async start(): Promise<void> {
    if (!this.#wanted) {
      this.#wanted = true
      this.#spawn()
    }
    const deadlineMs = performance.now() + READY_MS
    while (this.#child === undefined || !(await this.#options.isReady())) {
      if (!this.#wanted) throw new Error(`${this.name} was stopped while it started`)
      const hopeless = !this.#wasReady && this.#starts > FIRST_STARTS_MAX
      if (hopeless || performance.now() > deadlineMs)
        throw new Error(`${this.name} is not ready:\n${this.logTail()}`)
      await sleep(25)
    }
    this.#wasReady = true
  }

  send(message: object): void {
    this.#child?.send(message)
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal)
  }

  /** Asks it to end; SIGKILL when it does not. */
  async stop(): Promise<void> {
    this.#wanted = false
    const child = this.#child
    if (child === undefined) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.exitCode !== null || child.signalCode !== null) return
    // One that is frozen hears nothing.
    child.kill('SIGCONT')
    child.kill('SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    await ended
    clearTimeout(impatience)
  }

  /** SIGKILL, and it stays away until it is started again. */
  async kill(): Promise<void> {
    this.#wanted = false
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGKILL')
    await ended
  }

  logTail(): string {
    return readFileSync(this.#logFile, 'utf8').split('\n').slice(-25).join('\n')
  }

  get #logFile(): string {
    return path.join(this.#options.logFolder, `${this.name}.log`)
  }

  #spawn(): void {
    const { script, args = [], environment, logFolder, onMessage } = this.#options
    mkdirSync(logFolder, { recursive: true })
    const log = openSync(this.#logFile, 'a')
    const child = spawn(process.execPath, ['--import', watchParent, path.resolve(root, script), ...args], {
      env: { ...process.env, DATABASE_URL: '', ...environment },
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    })
    closeSync(log)
    if (onMessage !== undefined) child.on('message', onMessage)
    child.once('exit', () => {
      if (this.#child !== child) return
      this.#child = undefined
      if (this.#wanted) setTimeout(() => this.#wanted && this.#spawn(), AGAIN_MS)
    })
    this.#child = child
    this.#starts += 1
  }
}
