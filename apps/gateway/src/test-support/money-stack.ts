import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type CaptureMethod, statusOf } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import type { HostProfile } from '@holdfast/iso8583'
import { acquirerProfileOf } from '../acquirer/acquirer-profile.ts'
import { createChangeNotifier } from '../ports/change-notifier.ts'
import type { TestDatabase } from '../database/test-database.ts'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { runningFrom, startAcquirerProgram } from './acquirer-program.ts'
import { type MoneyHalf, startMoneyHalf } from './money-half.ts'
import { ACCOUNT } from './sample-rows.ts'
import type { TestDevice, TestSale } from './test-device.ts'
import { createTestGateway, type TestGateway } from './test-gateway.ts'

/** The half of a gateway that moves money, against the acquirer's own program over TCP in real time. */
export interface MoneyStack {
  readonly gateway: TestGateway
  readonly world: GatewayWorld
  readonly device: TestDevice
  /** Of the acquirer's control. */
  readonly controlUrl: string
  readonly acquirerPort: number
  /** From now on it is so much later. */
  leap(ms: number): void
  /** Stored on the device and sent; resolves when the gateway has it. */
  sell(sale?: Partial<TestSale>): Promise<TestSale>
  status(sale: TestSale): Promise<string>
  script(rule: object): Promise<void>
  clearScript(): Promise<void>
  journal(): Promise<HostEntry[]>
  batches(): Promise<{ number: string; count: number; netMinor: number }[]>
  /** Stops what asks and presents where it stands, with answers under way. */
  stop(): Promise<void>
  /** The same, and starts it anew as another process. */
  restart(): Promise<void>
  until(condition: () => Promise<boolean>): Promise<void>
  close(): Promise<void>
}

interface HostEntry {
  readonly mti: string
  readonly kind: string
  /** Of a refund. */
  readonly saleRrn?: string
  readonly rrn: string
  readonly outcome: string
  readonly reversed: boolean
  readonly amountMinor: number
  readonly chargedMinor: number
  readonly completedMinor?: number
  readonly increments?: readonly { readonly timesAsked: number; readonly reversed: boolean }[]
  readonly batchNumber?: string
  readonly timesAsked: number
}

export async function openMoneyStack(
  database: TestDatabase,
  host: HostProfile,
  {
    answerTimeoutMs = 700,
    doesTasks = true,
  }: { readonly answerTimeoutMs?: number; readonly doesTasks?: boolean } = {},
): Promise<MoneyStack> {
  const home = mkdtempSync(path.join(tmpdir(), 'holdfast-money-'))
  const program = await startAcquirerProgram(home, host.name)
  const { controlUrl } = program
  const profile = { ...acquirerProfileOf(host), answerTimeoutMs }
  const gateway = createTestGateway(database, { profile })
  const device = await gateway.addDevice(1)
  let aheadMs = 0
  const clock = runningFrom(gateway.clock.wallMs(), () => aheadMs)
  const world = { ...gateway.world, clock, crypto: nodeCrypto, changes: createChangeNotifier(clock) }
  const startHalf = (tasks = true): MoneyHalf =>
    startMoneyHalf({ pool: database.pool, world, host, port: program.port, doesTasks: tasks })
  let half: MoneyHalf | null = startHalf(doesTasks)

  async function stop(): Promise<void> {
    await half?.stop()
    half = null
  }

  async function ask(method: string, at: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${controlUrl}${at}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${at} answered ${answer.status}`)
    const text = await answer.text()
    return text === '' ? null : JSON.parse(text)
  }

  return {
    gateway,
    world,
    device,
    controlUrl,
    acquirerPort: program.port,
    leap: (ms) => void (aheadMs += ms),
    async sell(changes = {}) {
      const sale = device.newSale(changes)
      const attempt = await device.read(sale)
      await gateway.send(device, [await device.opened(sale), await device.stored(sale, attempt)])
      return sale
    },
    status: async ({ paymentId }) => statusOf((await gateway.payment(paymentId)).story),
    script: async (rule) => void (await ask('POST', '/script', rule)),
    clearScript: async () => void (await ask('DELETE', '/script')),
    journal: async () => (await ask('GET', '/journal')) as HostEntry[],
    batches: async () =>
      (await ask('GET', '/batches')) as { number: string; count: number; netMinor: number }[],
    stop,
    async restart() {
      await stop()
      half = startHalf()
    },
    until: (condition) => until(condition, gateway.errors),
    async close() {
      await stop()
      await gateway.close()
      await program.kill()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Manual or automatic, as the till asked. */
export function saleOf(captureMethod: CaptureMethod, amountMinor: number): Partial<TestSale> {
  return { captureMethod, amountMinor }
}

export const accountOf = (sale: TestSale) => ({ account: ACCOUNT, paymentId: sale.paymentId })

async function until(condition: () => Promise<boolean>, errors: readonly string[]): Promise<void> {
  const deadlineMs = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadlineMs)
      throw new Error(`waited in vain; errors: ${errors.slice(0, 5).join('\n')}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
