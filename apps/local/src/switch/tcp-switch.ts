import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

import { answerAsCaptivePortal } from './captive-portal.ts'
import { defaultFigures, type SwitchFigures, type SwitchMode } from './switch-mode.ts'
import { type Direction, SwitchedConnection } from './switched-connection.ts'

export interface TcpSwitchOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly target: { readonly host: string; readonly port: number }
  readonly figures?: Partial<SwitchFigures>
  /** 0 … 1; decides which connections a flaky line loses. */
  readonly random?: () => number
  /** Everything that either side says, also what then gets lost; connections are counted from 1. */
  readonly onBytes?: (heard: { connection: number; direction: Direction; bytes: Uint8Array }) => void
}

const HOST = '127.0.0.1'
/** A port that was given up by `down` may be held for a moment by whoever tried it. */
const LISTEN_TRIES_MAX = 20
const LISTEN_PAUSE_MS = 100

/** A real line between two programs that can be cut, slowed and lied on. Listens on 127.0.0.1. */
export async function openTcpSwitch(options: TcpSwitchOptions): Promise<TcpSwitch> {
  const line = new TcpSwitch(options)
  await line.open()
  return line
}

export class TcpSwitch {
  readonly #options: TcpSwitchOptions
  readonly #figures: SwitchFigures
  readonly #random: () => number
  readonly #connections = new Set<SwitchedConnection>()
  readonly #portalGuests = new Set<Socket>()
  #server: Server | undefined
  #port: number
  #mode: SwitchMode = 'up'
  #accepted = 0
  /** Changes take their turn: a listener closes before it opens again. */
  #turn: Promise<void> = Promise.resolve()

  constructor(options: TcpSwitchOptions) {
    this.#options = options
    this.#figures = { ...defaultFigures, ...options.figures }
    this.#random = options.random ?? Math.random
    this.#port = options.port
  }

  get port(): number {
    return this.#port
  }

  get mode(): SwitchMode {
    return this.#mode
  }

  /** @throws Error when the port is taken */
  async open(): Promise<void> {
    if (this.#server !== undefined) return
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
    server.listen(this.#port, HOST)
    await once(server, 'listening')
    // Listening on an IP port, so the address is not a pipe's name.
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Resolves when the line behaves so, for live connections and for new ones. */
  setMode(mode: SwitchMode): Promise<void> {
    const change = async () => {
      this.#mode = mode
      for (const connection of this.#connections) connection.setMode(mode)
      for (const guest of this.#portalGuests) guest.resetAndDestroy()
      if (mode === 'down') await this.#stopListening()
      else await this.#listenAgain()
    }
    // A change that failed has told its own caller; the next one starts from what is.
    this.#turn = this.#turn.then(change, change)
    return this.#turn
  }

  async close(): Promise<void> {
    await this.setMode('down')
  }

  #accept(client: Socket): void {
    this.#accepted += 1
    const number = this.#accepted
    if (this.#mode === 'captive') return this.#portal(client)
    const lost = this.#mode === 'flaky' && this.#random() < this.#figures.flakyChance
    if (lost || this.#mode === 'down') {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const connection = new SwitchedConnection({
      client,
      target: this.#options.target,
      mode: this.#mode,
      figures: this.#figures,
      random: this.#random,
      cutsLostAnswers: number % 2 === 1,
      onBytes: (direction, bytes) => this.#options.onBytes?.({ connection: number, direction, bytes }),
      onClosed: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }

  #portal(client: Socket): void {
    this.#portalGuests.add(client)
    client.on('close', () => this.#portalGuests.delete(client))
    answerAsCaptivePortal(client)
  }

  async #stopListening(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    server.close()
    await once(server, 'close')
  }

  async #listenAgain(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.open()
      } catch (error) {
        if (tries === LISTEN_TRIES_MAX) throw error
        await new Promise((resolve) => setTimeout(resolve, LISTEN_PAUSE_MS))
      }
    }
  }
}
