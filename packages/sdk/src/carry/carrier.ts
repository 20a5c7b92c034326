import type { Clock, Crypto } from '@holdfast/core'
import { INTAKE_RECORDS_MAX, type Manifest } from '@holdfast/protocol'
import { backoffMs } from '../gateway/backoff.ts'
import { Bell } from '../gateway/bell.ts'
import type { GatewayClient } from '../gateway/gateway-client.ts'
import type { Journal } from '../journal/journal.ts'
import type { CopyStore, RecordCopy } from '../journal/journal-store.ts'
import { CARRY_RETRY_ALONE_AFTER, KEEP_SETTLED_MS } from '../limits.ts'
import type { TerminalEvent } from '../terminal-events.ts'

/**
 * Forwards the records of other devices: as they are, in their device's name. The gateway verifies them by that device's
 * keys, and a receipt in its name settles them. A gateway that does not take a batch keeps nobody else's waiting.
 */
export class Carrier {
  readonly #deps: CarrierDeps
  readonly #bell = new Bell()
  #failures = 0
  #afterDevice = ''
  #stopped = false
  /** What the last `settle` rested on. */
  #settled = ''

  constructor(deps: CarrierDeps) {
    this.#deps = deps
  }

  /** Copies were added, or the network came back. */
  wake(): void {
    this.#bell.ring()
  }

  /** The journal has moved: perhaps by a word of what is durable, or of a gateway that was restored. */
  look(): void {
    if (this.#place() !== this.#settled) this.#bell.ring()
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    const { clock, crypto, gateway } = this.#deps
    while (!this.#stopped) {
      const went = gateway.silent ? 'idle' : await this.#turn()
      if (this.#stopped) return
      if (went === 'sent') this.#failures = 0
      else if (went === 'idle') await this.#bell.wait(clock, null)
      else {
        this.#failures += 1
        await this.#bell.wait(clock, backoffMs(crypto, this.#failures, null))
      }
    }
  }

  stop(): void {
    this.#stopped = true
    this.#bell.ring()
  }

  async #turn(): Promise<'sent' | 'idle' | 'failed'> {
    const { copies, gateway, emit } = this.#deps
    await this.#settle()
    const waiting = await copies.waiting(this.#afterDevice, INTAKE_RECORDS_MAX).catch(() => null)
    if (waiting === null) return 'failed'
    const [first] = waiting
    if (first === undefined) {
      const wereAll = this.#afterDevice === ''
      this.#afterDevice = ''
      return wereAll ? 'idle' : 'failed'
    }
    const batch = this.#batchOf(waiting, first.device)
    const reply = await gateway.sendRecords({
      manifest: manifestOf(batch),
      onBehalfOf: first.device,
      records: batch.map(({ wire }) => wire),
    })
    if (!reply.heard) {
      // It answers and takes nothing of this device: the next one's turn. Silence concerns all of them.
      if (reply.answer.reached) this.#afterDevice = first.device
      return 'failed'
    }
    const verdicts = batch.flatMap(({ hash }) => {
      const entry = reply.value.verdicts.find((candidate) => candidate.hash === hash)
      return entry === undefined ? [] : [{ hash, verdict: { verdict: entry.verdict, code: entry.code } }]
    })
    if (verdicts.length === 0) return 'failed'
    try {
      const { head } = this.#deps.journal.state
      const { generation } = reply.value
      await copies.mark(verdicts, { generation, ownSeq: head.seq, atMs: head.time.contactMs ?? 0 })
    } catch {
      // Sent again, and answered alike.
      return 'failed'
    }
    for (const { hash, verdict } of verdicts) {
      if (verdict.verdict === 'received') continue
      const seq = batch.find((copy) => copy.hash === hash)?.seq
      const detail = `record ${seq} of ${first.device}`
      emit({ type: 'forwardingError', code: verdict.code ?? 'parked', detail })
    }
    return 'sent'
  }

  #place(): string {
    const { durableSeq, feed, head } = this.#deps.journal.state
    const day = Math.floor((head.time.contactMs ?? 0) / DAY_MS)
    return `${durableSeq}/${feed?.generation ?? 0}/${day}`
  }

  /** A disk that refuses is asked again at the next turn. */
  async #settle(): Promise<void> {
    const place = this.#place()
    if (place === this.#settled) return
    const { durableSeq, feed, head } = this.#deps.journal.state
    const beforeMs = (head.time.contactMs ?? 0) - KEEP_SETTLED_MS
    try {
      await this.#deps.copies.settle({ durableSeq, beforeMs, generation: feed?.generation ?? 0 })
      this.#settled = place
    } catch {
      // What is kept too long does no harm.
    }
  }

  /** After some failures in a row one record at a time: a single one may be what the gateway chokes on. */
  #batchOf(waiting: readonly RecordCopy[], device: string): readonly RecordCopy[] {
    const own = waiting.filter((copy) => copy.device === device)
    return this.#failures < CARRY_RETRY_ALONE_AFTER ? own : own.slice(0, 1)
  }
}

const DAY_MS = 86_400_000

export interface CarrierDeps {
  readonly journal: Journal
  readonly copies: CopyStore
  readonly gateway: GatewayClient
  readonly clock: Clock
  readonly crypto: Crypto
  readonly emit: (event: TerminalEvent) => void
}

/** The form wants one; the gateway takes a carrier's word for nothing. */
function manifestOf(batch: readonly RecordCopy[]): Manifest {
  const last = batch.at(-1)
  return { headSeq: Math.max(1, last?.seq ?? 1), headHash: last?.hash ?? '', count: 0, sums: {}, voids: 0 }
}
