import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { freeBasePort, type Ready } from '@holdfast/local'
import { Client } from 'pg'

import { runAudit } from '../../../apps/local/src/audit/run-audit.ts'
import { jsonRequest } from '../../../apps/local/src/process/json-request.ts'
import { removeReady, writeReady } from '../../../apps/local/src/stack/ready-file.ts'
import { ChildProgram } from './child-program.ts'
import { dropHome, newHome, runLocal } from './running-stack.ts'

/** Acquirer, gateways and their PostgreSQL as bare processes, for a test that does worse to them than the lab does. */
export class BareStack {
  readonly home = newHome()
  readonly #closers: (() => Promise<unknown>)[] = []
  #basePort = 0

  static async open(): Promise<BareStack> {
    const stack = new BareStack()
    stack.#basePort = await freeBasePort()
    return stack
  }

  get logFolder(): string {
    return path.join(this.home, 'logs')
  }

  get place(): { readonly home: string; readonly basePort: number } {
    return { home: this.home, basePort: this.#basePort }
  }

  get acquirerPort(): number {
    return this.#basePort + 3
  }

  get controlUrl(): string {
    return url(this.#basePort + 4)
  }

  gatewayPort(number: 0 | 1): number {
    return this.#basePort + number
  }

  gatewayUrl(number: 0 | 1): string {
    return url(this.gatewayPort(number))
  }

  /** What is closed when the test ends, the last one first. */
  closes(closer: () => Promise<unknown>): void {
    this.#closers.push(closer)
  }

  acquirer(): ChildProgram {
    return this.#program({
      name: 'acquirer',
      script: 'apps/acquirer/src/main.ts',
      environment: {
        HOLDFAST_ACQUIRER_DATA: path.join(this.home, 'acquirer'),
        HOLDFAST_ACQUIRER_PORT: String(this.acquirerPort),
        HOLDFAST_ACQUIRER_CONTROL_PORT: String(this.#basePort + 4),
      },
      isReady: () => answersOk(`${this.controlUrl}/healthz`),
    })
  }

  /** Without `databaseUrl` it has a PostgreSQL of its own. */
  gateway(
    number: 0 | 1,
    { databaseUrl = '', acquirerPort = this.acquirerPort, role = 'all', environment = {} } = {},
  ): ChildProgram {
    return this.#program({
      name: `gateway-${number}`,
      script: 'apps/gateway/src/main.ts',
      args: ['--role', role],
      environment: {
        HOLDFAST_GATEWAY_PORT: String(this.gatewayPort(number)),
        HOLDFAST_HOME: this.home,
        HOLDFAST_ACQUIRER_HOST: '127.0.0.1',
        HOLDFAST_ACQUIRER_PORT: String(acquirerPort),
        HOLDFAST_DEMO: '1',
        HOLDFAST_LOG_LEVEL: 'warn',
        ...(databaseUrl === '' ? {} : { DATABASE_URL: databaseUrl }),
        ...environment,
      },
      isReady: () => answersOk(`${this.gatewayUrl(number)}/readyz`),
    })
  }

  /** PostgreSQL in a process apart, for gateways that share it. */
  postgres(): ChildProgram {
    return this.#program({
      name: 'postgres',
      script: 'apps/gateway/src/database/embedded-postgres.child.ts',
      args: [this.#dataDir],
      environment: {},
      isReady: () =>
        this.query('select 1').then(
          () => true,
          () => false,
        ),
    })
  }

  /** As `DATABASE_URL` of a gateway; the same after each restart of the server. */
  databaseUrl(): string {
    return this.#connectionString('holdfast')
  }

  /** Undefined while there is none: a number that a dead server has left may be anybody's by now. */
  postmasterPid(): number | undefined {
    try {
      const pid = Number.parseInt(readFileSync(path.join(this.#dataDir, 'postmaster.pid'), 'utf8'), 10)
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.#dataDir) ? pid : undefined
    } catch {
      return undefined
    }
  }

  /** One question to the database of the gateways. Throws while it cannot be asked. */
  async query<Row extends object>(text: string): Promise<Row[]> {
    const client = new Client({ connectionString: this.#connectionString('postgres') })
    client.on('error', () => {})
    try {
      await client.connect()
      return (await client.query<Row>(text)).rows
    } finally {
      await client.end().catch(() => {})
    }
  }

  /** Nothing moves any more, while all of it still runs; and nobody contradicts anybody. */
  async atRest(withinMs: number): Promise<void> {
    // The audit asks the acquirer that runs: a second one on its journal would not be alone there.
    writeReady(this.home, this.#ready())
    try {
      const deadlineMs = performance.now() + withinMs
      for (;;) {
        const { report } = await runAudit(this.home)
        const { pending, differences } = report
        const over = performance.now() > deadlineMs
        if (pending === 0 && differences.length === 0) return
        if (pending === 0 || over) {
          const stories = JSON.stringify(await this.#stories(differences.map(({ paymentId }) => paymentId)))
          throw new Error(`${pending} pending, ${JSON.stringify(differences)}: ${stories}`)
        }
        await sleep(250)
      }
    } finally {
      removeReady(this.home)
    }
  }

  /** For the reader of a failure. */
  #stories(payments: readonly (string | null)[]): Promise<object[]> {
    const named = payments.map((payment) => `'${payment}'`).join()
    return this.query(
      `select p.payment, p.word, p.status, p.attention, p.due_ms, p.opened_ms, a.*, null as sealed, null as vault
       from payments p left join attempts a using (account, payment)
       where p.payment in (${named === '' ? 'null' : named}) or p.status = 'processing'
         or a.state in ('sent', 'unknown', 'reversing') limit 20`,
    )
  }

  #ready(): Ready {
    const gateway = this.gatewayUrl(0)
    return {
      gateway,
      till: gateway,
      mail: null,
      lab: gateway,
      status: `${gateway}/status`,
      shop: gateway,
      acquirer: { iso8583: `127.0.0.1:${this.acquirerPort}`, control: this.controlUrl },
      terminals: [],
      keys: { stripe: '', publishable: '' },
      webhookSecret: '',
      account: '',
      location: '',
      pid: process.pid,
    }
  }

  /** `npm run audit -- --json`. */
  async audit(): Promise<Audit> {
    const { stdout, output } = await runLocal('audit', this.place, ['--json'])
    if (stdout === '') throw new Error(output)
    // Our own command's answer.
    return JSON.parse(stdout) as Audit
  }

  /** Everything ends; then the folder goes. */
  async close(): Promise<void> {
    for (const closer of this.#closers.toReversed()) await closer()
    if (process.env['HOLDFAST_KEEP_HOME'] === undefined) dropHome(this.home)
    else console.log(`kept: ${this.home}`)
  }

  get #dataDir(): string {
    return path.join(this.home, 'postgres')
  }

  #connectionString(user: string): string {
    return `postgresql:///holdfast?${new URLSearchParams({ host: this.#dataDir, user }).toString()}`
  }

  #program(options: Omit<ConstructorParameters<typeof ChildProgram>[0], 'logFolder'>): ChildProgram {
    const program = new ChildProgram({ ...options, logFolder: this.logFolder })
    this.closes(() => program.stop())
    return program
  }
}

interface Audit {
  readonly sales: number
  readonly accepted: number
  readonly authorised: number
  readonly declined: number
  readonly voided: number
  readonly pending: number
  readonly differences: readonly object[]
}

function url(port: number): string {
  return `http://127.0.0.1:${port}`
}

async function answersOk(address: string): Promise<boolean> {
  return (await jsonRequest(address, { timeoutMs: 2_000 }))?.status === 200
}
