import { connect, type Socket } from 'node:net'

import { DelayedPipe } from './delayed-pipe.ts'
import { pacesOf, type SwitchFigures, type SwitchMode } from './switch-mode.ts'

export interface SwitchedConnectionOptions {
  readonly client: Socket
  readonly target: { readonly host: string; readonly port: number }
  readonly mode: SwitchMode
  readonly figures: SwitchFigures
  /** 0 … 1 */
  readonly random: () => number
  /** Whether this connection, when answers get lost, is cut or left hanging. */
  readonly cutsLostAnswers: boolean
  readonly onBytes: (direction: Direction, bytes: Uint8Array) => void
  readonly onClosed: () => void
}

/** As seen from the one who connects. */
export type Direction = 'forth' | 'back'

/** A client's connection and its twin to the target, under one mode that may change while both live. */
export class SwitchedConnection {
  readonly #options: SwitchedConnectionOptions
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #forth: DelayedPipe
  readonly #back: DelayedPipe
  #mode: SwitchMode
  #flakyTimer: NodeJS.Timeout | undefined
  #cutTimer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: SwitchedConnectionOptions) {
    const { client, target, mode, figures } = options
    this.#options = options
    this.#client = client
    this.#mode = mode
    this.#upstream = connect({ ...target, allowHalfOpen: true, noDelay: true })
    const paces = pacesOf(mode, figures)
    this.#forth = new DelayedPipe({
      from: client,
      to: this.#upstream,
      pace: paces.forth,
      onSwallow: () => {},
    })
    this.#back = new DelayedPipe({
      from: this.#upstream,
      to: client,
      pace: paces.back,
      onSwallow: () => this.#answerLost(),
    })
    client.on('data', (bytes: Buffer) => options.onBytes('forth', bytes))
    this.#upstream.on('data', (bytes: Buffer) => options.onBytes('back', bytes))
    for (const socket of [client, this.#upstream]) {
      // A reset of one side is a reset of the other; both ends closed in order is the ordinary end.
      socket.on('error', () => this.reset())
      socket.on('close', () => this.#onSideClosed())
    }
    if (mode === 'flaky') this.#lookAgain()
  }

  setMode(mode: SwitchMode): void {
    if (mode === this.#mode) return
    this.#mode = mode
    clearTimeout(this.#flakyTimer)
    const hasHole = this.#back.swallowedBytes > 0
    if (mode === 'down' || mode === 'captive' || hasHole) return this.reset()
    const { forth, back } = pacesOf(mode, this.#options.figures)
    this.#forth.setPace(forth)
    this.#back.setPace(back)
    if (mode === 'flaky') this.#lookAgain()
  }

  /** Both sides see a reset (RST), also in the middle of an answer. */
  reset(): void {
    this.#stop()
    this.#client.resetAndDestroy()
    this.#upstream.resetAndDestroy()
  }

  #lookAgain(): void {
    const { figures, random } = this.#options
    this.#flakyTimer = setTimeout(
      () => {
        if (random() < figures.flakyChance) this.reset()
        else this.#lookAgain()
      },
      figures.flakyLookMs * (0.5 + random()),
    )
  }

  #answerLost(): void {
    if (!this.#options.cutsLostAnswers || this.#cutTimer !== undefined) return
    this.#cutTimer = setTimeout(() => this.reset(), this.#options.figures.lostCutMs)
  }

  #onSideClosed(): void {
    if (this.#client.destroyed && this.#upstream.destroyed) this.#stop()
  }

  #stop(): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#flakyTimer)
    clearTimeout(this.#cutTimer)
    this.#forth.stop()
    this.#back.stop()
    this.#options.onClosed()
  }
}
