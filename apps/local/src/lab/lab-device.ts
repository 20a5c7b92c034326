import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import type { CashierMessage, CashierState, SaleOrder, SaleResult } from '../cashier/cashier-messages.ts'
import { jsonRequest } from '../process/json-request.ts'
import type { Program, SupervisedProcess } from '../process/supervised-process.ts'

export interface LabDeviceView {
  /** Name of the cashier; stays when the device is wiped. */
  readonly id: string
  /** Null before it is enrolled. */
  readonly deviceId: string | null
  readonly state: SupervisedProcess['state']
  readonly pid: number | null
  /** As it said last; null when it never did. */
  readonly asOfMs: number | null
  readonly networkStatus: CashierState['networkStatus']
  readonly outage: CashierState['outage']
  /** Accepted and not yet with the gateway. */
  readonly queued: number | null
  readonly atRisk: CashierState['atRisk']
  readonly lastContactMs: number | null
}

interface OpenedSale {
  readonly saleId: string
  readonly paymentId: string
}

/** How long one sale may take: an issuer that is slow, and then the decision. */
const SALE_MS = 90_000
const STATE_MS = 1_000
/** A device that was wiped asks for a new code; without a way to the gateway it goes on asking by itself. */
const ENROL_MS = 5_000
const ENROL_LOOK_MS = 50

/** A robot cashier as the lab sees it: a real process that can be killed, and what it said last. */
export class LabDevice {
  readonly #dataDir: string
  readonly #process: SupervisedProcess
  readonly #orders = new Map<string, { opened: OpenedSale | null; onOpened: () => void }>()
  #port: number | undefined
  #last: { readonly atMs: number; readonly state: CashierState } | undefined

  constructor(options: {
    dataDir: string
    script: string
    environment: Program['environment']
    supervise: (program: Program) => SupervisedProcess
    name: string
  }) {
    this.#dataDir = options.dataDir
    this.#process = options.supervise({
      name: options.name,
      script: options.script,
      environment: async () => {
        this.#port = undefined
        return options.environment()
      },
      isReady: async () => (await this.#ask()) !== null,
      onMessage: (message) => this.#heard(message as CashierMessage),
    })
  }

  get id(): string {
    return this.#process.name
  }

  get process(): SupervisedProcess {
    return this.#process
  }

  get deviceId(): string | null {
    return this.#last?.state.deviceId ?? null
  }

  async view(): Promise<LabDeviceView> {
    if (this.#process.state === 'running') await this.#ask()
    const said = this.#last?.state
    return {
      id: this.id,
      deviceId: this.deviceId,
      state: this.#process.state,
      pid: this.#process.pid ?? null,
      asOfMs: this.#last?.atMs ?? null,
      networkStatus: said?.networkStatus ?? 'unknown',
      outage: said?.outage ?? null,
      queued: said?.queued ?? null,
      atRisk: said?.atRisk ?? {},
      lastContactMs: said?.lastContactMs ?? null,
    }
  }

  /**
   * One sale. `onOpened` is told when it stands in the journal, before a card is read. When the process dies in the
   * middle, the result is unknown and names what was opened.
   */
  async sell(order: Omit<SaleOrder, 'order'>, onOpened: () => void = () => {}): Promise<SaleResult> {
    const name = randomUUID()
    this.#orders.set(name, { opened: null, onOpened })
    const body = { ...order, order: name } satisfies SaleOrder
    const answer = await jsonRequest(`http://127.0.0.1:${this.#port}/sales`, {
      method: 'POST',
      body,
      timeoutMs: SALE_MS,
    })
    const opened = this.#orders.get(name)?.opened
    this.#orders.delete(name)
    // The cashier's own program answers nothing but a result.
    if (answer?.status === 200) return answer.body as SaleResult
    return {
      saleId: opened?.saleId ?? null,
      paymentId: opened?.paymentId ?? null,
      result: 'unknown',
      reason: 'device_gone',
    }
  }

  /** Resolves when it runs and, where the gateway can be reached, is enrolled: ready for a sale. */
  async start(): Promise<void> {
    await this.#process.start()
    const deadlineMs = performance.now() + ENROL_MS
    while ((await this.#ask())?.deviceId === null && performance.now() < deadlineMs)
      await sleep(ENROL_LOOK_MS)
  }

  kill(): Promise<void> {
    return this.#process.kill({ stays: true })
  }

  /** The device is lost: its journal, its key and everything it had not forwarded. It stays off until `start`. */
  async wipe(): Promise<void> {
    await this.kill()
    rmSync(this.#dataDir, { recursive: true, force: true })
    this.#last = undefined
  }

  async #ask(): Promise<CashierState | null> {
    if (this.#port === undefined) return null
    const answer = await jsonRequest(`http://127.0.0.1:${this.#port}/state`, { timeoutMs: STATE_MS })
    if (answer?.status !== 200) return null
    const state = answer.body as CashierState
    this.#last = { atMs: Date.now(), state }
    return state
  }

  #heard(message: CashierMessage): void {
    if (message.type === 'listening') this.#port = message.port
    else this.#saleOpened(message)
  }

  #saleOpened({ order, saleId, paymentId }: Extract<CashierMessage, { type: 'sale_opened' }>): void {
    const waiting = this.#orders.get(order)
    if (waiting === undefined) return
    waiting.opened = { saleId, paymentId }
    waiting.onOpened()
  }
}
