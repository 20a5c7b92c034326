import path from 'node:path'
import { fileURLToPath } from 'node:url'

import { LabDevice } from '../lab/lab-device.ts'
import { createLabServer } from '../lab/lab-server.ts'
import { createSwitchboard, type LabSwitchboard } from '../lab/lab-state.ts'
import { openTcpSwitch, type TcpSwitch, type TcpSwitchOptions } from '../switch/tcp-switch.ts'
import { type MailCatcher, startMailCatcher } from '../mail/mail-catcher.ts'
import { createDeviceCode, describeDemo } from './demo-gateway.ts'
import { lockHome } from './home-lock.ts'
import { busyPort, type PortPlan, portPlan } from './port-plan.ts'
import { acquirerProgram, gatewayProgram, HOST, tillProgram } from './programs.ts'
import { type Ready, readReady, removeReady, writeReady } from './ready-file.ts'
import { type Program, SupervisedProcess } from '../process/supervised-process.ts'

export type Wire = 'shop' | 'till' | 'acquirer'

export type Heard = Parameters<NonNullable<TcpSwitchOptions['onBytes']>>[0]

export interface StackOptions {
  readonly home: string
  readonly basePort: number
  readonly log: (line: string) => void
  /** Names of the robot cashiers. */
  readonly cashiers?: readonly string[]
  /** False: no till server; a demo without a browser needs none. */
  readonly withTill?: boolean
  /** Hears everything that crosses a switch. */
  readonly record?: (wire: Wire, heard: Heard) => void
}

export interface Stack {
  readonly ready: Ready
  readonly switchboard: LabSwitchboard
  readonly devices: readonly LabDevice[]
  readonly services: readonly SupervisedProcess[]
  /** Everything ends in order; then the home is free. */
  stop(): Promise<void>
  /** Everything dies at once, for a second Ctrl-C. */
  killNow(): void
}

export type StackStart =
  | { readonly ok: true; readonly stack: Stack }
  /** One line for the one who started it. */
  | { readonly ok: false; readonly why: string }

/** Programs whose supervisor was killed need a moment to notice and leave. */
const LEAVING_MS = 12_000
const ENROL_MS = 30_000

/** The whole stack on one machine: real programs with real lines between them. */
export async function startStack(options: StackOptions): Promise<StackStart> {
  const { home, basePort } = options
  const lock = lockHome(home)
  if (lock === null) {
    return { ok: false, why: alreadyRunning(home) }
  }
  removeReady(home)
  const ports = portPlan(basePort)
  const busy = await busyPort(ports, lock.wasKilled ? LEAVING_MS : 0)
  if (busy !== null) {
    lock.release()
    return { ok: false, why: busy }
  }
  const stack = new RunningStack(options, ports, () => lock.release())
  try {
    await stack.start()
    return { ok: true, stack }
  } catch (error) {
    await stack.stop()
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  }
}

function alreadyRunning(home: string): string {
  const ready = readReady(home)
  const where =
    ready === null
      ? 'It is still starting or stopping.'
      : `Its lab is at ${ready.lab} (process ${ready.pid}).`
  return (
    `Holdfast is already running on ${home}. ${where}\n` +
    'Stop it first (Ctrl-C where it runs), or set HOLDFAST_HOME and HOLDFAST_PORT for a second one.'
  )
}

class RunningStack implements Stack {
  readonly #options: StackOptions
  readonly #ports: PortPlan
  readonly #release: () => void
  readonly #lines: TcpSwitch[] = []
  readonly #services: SupervisedProcess[] = []
  readonly #devices: LabDevice[] = []
  #switchboard: LabSwitchboard | undefined
  /** Something behind the internet that is not the gateway: devices tell the two kinds of outage apart by it. */
  #elsewhere: TcpSwitch | undefined
  #lab: ReturnType<typeof createLabServer> | undefined
  #mail: MailCatcher | undefined
  #ready: Ready | undefined
  #stopped: Promise<void> | undefined

  constructor(options: StackOptions, ports: PortPlan, release: () => void) {
    this.#options = options
    this.#ports = ports
    this.#release = release
  }

  get ready(): Ready {
    return there(this.#ready)
  }

  get switchboard(): LabSwitchboard {
    return there(this.#switchboard)
  }

  get devices(): readonly LabDevice[] {
    return this.#devices
  }

  get services(): readonly SupervisedProcess[] {
    return this.#services
  }

  async start(): Promise<void> {
    const { home, withTill = true, cashiers = ['cashier-1', 'cashier-2'] } = this.#options
    const ports = this.#ports
    const toAcquirer = await this.#openLine('acquirer', 0, ports.acquirer)
    const toGateway = await this.#openLine(null, 0, ports.gateway)
    const shop = await this.#openLine('shop', ports.shop, toGateway.port)
    const till = await this.#openLine('till', ports.till, ports.tillServer)
    this.#elsewhere = await this.#openLine(null, 0, ports.lab)
    this.#switchboard = createSwitchboard({
      internet: [shop, till, this.#elsewhere],
      service: toGateway,
      acquirer: toAcquirer,
    })

    this.#mail = await startMailCatcher({
      host: HOST,
      smtpPort: ports.smtp,
      pagePort: ports.mail,
      nowMs: Date.now,
    })
    await this.#service(acquirerProgram(home, ports))
    await this.#service(gatewayProgram(home, ports, toAcquirer.port))
    const demo = await describeDemo(this.#url(ports.gateway))
    if (demo === null) throw new Error('The gateway did not name its demo account; see logs/gateway.log')
    if (withTill) await this.#service(tillProgram(ports))
    for (const name of cashiers) this.#devices.push(this.#cashier(name))
    await Promise.all(this.#devices.map((device) => device.start()))
    await this.#enrolled()

    const ready: Ready = {
      gateway: this.#url(ports.gateway),
      till: `http://localhost:${ports.till}`,
      lab: this.#url(ports.lab),
      status: `${this.#url(ports.gateway)}/status`,
      mail: this.#url(ports.mail),
      acquirer: { iso8583: `${HOST}:${ports.acquirer}`, control: this.#url(ports.acquirerControl) },
      terminals: [],
      keys: { stripe: demo.keys.secret, publishable: demo.keys.publishable },
      webhookSecret: demo.webhook.secret,
      account: demo.account,
      location: demo.location,
      shop: this.#url(ports.shop),
      pid: process.pid,
    }
    this.#lab = createLabServer({
      switchboard: this.#switchboard,
      devices: this.#devices,
      services: this.#services,
      createDeviceCode: () => createDeviceCode(ready.gateway),
      links: {
        Till: ready.till,
        Mails: this.#url(ports.mail),
        'Gateway readiness': `${ready.gateway}/readyz`,
        'Acquirer’s journal': `${ready.acquirer.control}/journal`,
      },
    })
    await this.#lab.listen({ port: ports.lab, host: HOST })
    this.#ready = ready
    writeReady(home, ready)
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  killNow(): void {
    for (const { process } of this.#devices) process.killNow()
    for (const service of this.#services) service.killNow()
  }

  async #stop(): Promise<void> {
    removeReady(this.#options.home)
    await this.#lab?.close()
    await Promise.all(this.#devices.map(({ process }) => process.stop()))
    // Whoever asks ends before whoever answers.
    for (const service of this.#services.toReversed()) await service.stop()
    await Promise.all(this.#lines.map((line) => line.close()))
    await this.#mail?.close()
    this.#release()
  }

  async #openLine(wire: Wire | null, port: number, targetPort: number): Promise<TcpSwitch> {
    const { record } = this.#options
    const line = await openTcpSwitch({
      port,
      target: { host: HOST, port: targetPort },
      ...(record !== undefined && wire !== null && { onBytes: (heard: Heard) => record(wire, heard) }),
    })
    this.#lines.push(line)
    return line
  }

  async #service(program: Program): Promise<void> {
    const service = this.#supervise(program)
    this.#services.push(service)
    await service.start()
  }

  #supervise(program: Program): SupervisedProcess {
    const { home, log } = this.#options
    return new SupervisedProcess({ program, logFolder: path.join(home, 'logs'), log })
  }

  #cashier(name: string): LabDevice {
    const dataDir = path.join(this.#options.home, 'devices', name)
    return new LabDevice({
      name,
      dataDir,
      script: fileURLToPath(new URL('../cashier.ts', import.meta.url)),
      environment: () =>
        Promise.resolve({
          HOLDFAST_CASHIER_NAME: name,
          HOLDFAST_CASHIER_DATA: dataDir,
          HOLDFAST_CASHIER_GATEWAY_URL: this.#url(this.#ports.shop),
          HOLDFAST_CASHIER_OFFICE_URL: this.#url(this.#ports.gateway),
          HOLDFAST_CASHIER_ELSEWHERE_URL: this.#url(there(this.#elsewhere).port),
        }),
      supervise: (program) => this.#supervise(program),
    })
  }

  /** The first time each cashier needs a device code; afterwards it knows itself. */
  async #enrolled(): Promise<void> {
    const deadlineMs = performance.now() + ENROL_MS
    for (const device of this.#devices) {
      while ((await device.view()).deviceId === null) {
        if (performance.now() > deadlineMs) {
          throw new Error(
            `${device.id} could not be enrolled. The end of its log:\n${device.process.logTail()}`,
          )
        }
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  #url(port: number): string {
    return `http://${HOST}:${port}`
  }
}

function there<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the stack has not started')
  return value
}
