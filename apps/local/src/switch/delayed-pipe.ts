import type { Socket } from 'node:net'

/** How one direction of a connection treats its bytes. */
export interface Pace {
  readonly latencyMs: number
  /** Infinity: as fast as the sockets take it. */
  readonly bytesPerSecond: number
  /** The bytes and the end go nowhere; whoever waits for them waits on. */
  readonly swallow: boolean
}

export const FREE: Pace = { latencyMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, swallow: false }

/** Beyond this the sender is held back, as a full socket buffer would hold it. */
const QUEUE_BYTES_MAX = 262_144
/** A slow line shows its rate in small pieces, not in one lump at the end. */
const SLOW_PIECE_BYTES = 1_024

interface Item {
  /** Null is the end of the stream (FIN): it queues behind the bytes. */
  readonly bytes: Buffer | null
  readonly dueMs: number
}

/**
 * One direction of a connection. Bytes leave in order, each after its delay.
 * Invariant: whatever the paces were, what has left is a prefix of what came in, until bytes are swallowed.
 */
export class DelayedPipe {
  readonly #from: Socket
  readonly #to: Socket
  readonly #onSwallow: () => void
  #pace: Pace
  #queue: Item[] = []
  #queuedBytes = 0
  /** When the last byte queued will have left: the next one does not overtake it. */
  #lineFreeMs = 0
  #timer: NodeJS.Timeout | undefined
  #blocked = false
  #swallowedBytes = 0

  constructor(options: { from: Socket; to: Socket; pace: Pace; onSwallow: () => void }) {
    this.#from = options.from
    this.#to = options.to
    this.#pace = options.pace
    this.#onSwallow = options.onSwallow
    this.#from.on('data', (bytes: Buffer) => this.#push(bytes))
    this.#from.on('end', () => this.#push(null))
    this.#to.on('drain', () => {
      this.#blocked = false
      this.#pump()
    })
  }

  /** Bytes that will never arrive: the stream has a hole and cannot be mended. */
  get swallowedBytes(): number {
    return this.#swallowedBytes
  }

  /** Holds from now on, also for what waits: nothing waits longer than a byte that comes now. */
  setPace(pace: Pace): void {
    this.#pace = pace
    const waiting = this.#queue
    this.#queue = []
    this.#queuedBytes = 0
    this.#lineFreeMs = 0
    for (const { bytes, dueMs } of waiting) this.#enqueue(bytes, dueMs)
    this.#pump()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#queue = []
  }

  #push(bytes: Buffer | null): void {
    const pieces = bytes !== null && Number.isFinite(this.#pace.bytesPerSecond) ? slices(bytes) : [bytes]
    for (const piece of pieces) this.#enqueue(piece, Number.POSITIVE_INFINITY)
    this.#pump()
  }

  #enqueue(bytes: Buffer | null, dueAtMostMs: number): void {
    const length = bytes?.length ?? 0
    const { latencyMs, bytesPerSecond } = this.#pace
    const startMs = Math.max(performance.now() + latencyMs, this.#lineFreeMs)
    const dueMs = Math.min(startMs + (length / bytesPerSecond) * 1_000, dueAtMostMs)
    this.#lineFreeMs = dueMs
    this.#queue.push({ bytes, dueMs })
    this.#queuedBytes += length
    if (this.#queuedBytes > QUEUE_BYTES_MAX) this.#from.pause()
  }

  #pump(): void {
    clearTimeout(this.#timer)
    for (let item = this.#queue[0]; item !== undefined; item = this.#queue[0]) {
      if (this.#blocked) return
      const waitMs = item.dueMs - performance.now()
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pump(), waitMs)
        return
      }
      this.#queue.shift()
      this.#queuedBytes -= item.bytes?.length ?? 0
      if (this.#queuedBytes <= QUEUE_BYTES_MAX && this.#from.isPaused()) this.#from.resume()
      this.#deliver(item.bytes)
    }
  }

  #deliver(bytes: Buffer | null): void {
    if (this.#pace.swallow) {
      this.#swallowedBytes += bytes?.length ?? 0
      this.#onSwallow()
      return
    }
    if (bytes === null) this.#to.end()
    else if (!this.#to.destroyed) this.#blocked = !this.#to.write(bytes)
  }
}

function slices(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = []
  for (let start = 0; start < bytes.length; start += SLOW_PIECE_BYTES) {
    pieces.push(bytes.subarray(start, start + SLOW_PIECE_BYTES))
  }
  return pieces
}
