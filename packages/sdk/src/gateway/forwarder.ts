import type { Clock, Crypto } from '@holdfast/core'
import { INTAKE_RECORDS_MAX, type IntakeReceipt } from '@holdfast/protocol'
import type { Journal } from '../journal/journal.ts'
import type { JournalStore, RecordVerdict, StoredRecord } from '../journal/journal-store.ts'
import {
  FORWARD_SCAN_RECORDS,
  SUSPECT_AFTER_FAILURES,
  SUSPECT_RETRY_MS,
  UNSAVED_VERDICTS_MAX,
} from '../limits.ts'
import type { TerminalEvent } from '../terminal-api.ts'
import { backoffMs } from './backoff.ts'
import { Bell } from './bell.ts'
import type { GatewayClient } from './gateway-client.ts'
import { type Marked, markVerdicts } from './mark-verdicts.ts'

export interface ForwarderDeps {
  readonly journal: Journal
  readonly store: JournalStore
  readonly gateway: GatewayClient
  readonly clock: Clock
  readonly crypto: Crypto
  readonly emit: (event: TerminalEvent) => void
}

/**
 * Sends what was written, in order, until each record has its verdict. It tries also while the network is believed to
 * be down: one record is its probe. Only a signed receipt that names a record's hash settles it; a record that a
 * receipt leaves out is unknown and goes again.
 */
export class Forwarder {
  readonly #deps: ForwarderDeps
  readonly #bell = new Bell()
  /** Verdicts that the disk has not taken yet, by seq: a full disk must not stop what is already stored. */
  readonly #unsaved = new Map<number, RecordVerdict>()
  /** Records whose batches the gateway answers with failures, and when each is tried alone again. */
  readonly #suspects = new Map<number, number>()
  readonly #waiting = new Set<() => void>()
  #batchMax = 1
  #failures = 0
  #answeredFailures = 0
  #notBeforeMs = 0
  #idle = false
  #stopped = false

  constructor(deps: ForwarderDeps) {
    this.#deps = deps
  }

  /** Something was written, or the network came back. A server's hint is not overruled. */
  wake(): void {
    if (this.#idle || this.#failures === 0) this.#bell.ring()
  }

  /** The network came back: the next try need not wait for the end of its pause, unless the server asked for it. */
  networkBack(): void {
    if (this.#deps.clock.monotonicMs() >= this.#notBeforeMs) this.#bell.ring()
  }

  /** Resolves when everything has its verdict, or when the next try has failed. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
      this.networkBack()
    })
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const turn = await this.#turn()
      if (turn.went === 'on') continue
      for (const resolve of this.#waiting) resolve()
      this.#waiting.clear()
      this.#idle = turn.pauseMs === null
      if (!this.#stopped) await this.#bell.wait(this.#deps.clock, turn.pauseMs)
      this.#idle = false
    }
  }

  stop(): void {
    this.#stopped = true
    this.#bell.ring()
  }

  async #turn(): Promise<{ went: 'on' } | { went: 'wait'; pauseMs: number | null }> {
    const { journal, gateway } = this.#deps
    if (gateway.silent) return { went: 'wait', pauseMs: null }
    const batch = await this.#nextBatch()
    if (batch === null) return this.#failed(null, false)
    if (batch.length === 0) return this.#drained()
    const { head } = journal.state
    const manifest = { headSeq: head.seq, headHash: head.hash, ...head.backlog }
    const reply = await gateway.sendRecords({ manifest, records: batch.map(({ wire }) => wire) })
    if (this.#stopped) return { went: 'wait', pauseMs: 0 }
    if (!reply.heard) {
      const { answer } = reply
      if (!answer.reached && answer.why === 'aborted') return { went: 'wait', pauseMs: null }
      if (answer.reached) this.#suspect(batch)
      return this.#failed(answer.reached ? answer.retryAfterMs : null, answer.reached)
    }
    return this.#settle(batch, reply.value)
  }

  async #settle(
    batch: readonly StoredRecord[],
    receipt: IntakeReceipt,
  ): Promise<{ went: 'on' } | { went: 'wait'; pauseMs: number | null }> {
    const byHash = new Map(receipt.verdicts.map((entry) => [entry.hash, entry]))
    let settled = 0
    for (const { seq, hash } of batch) {
      const entry = byHash.get(hash)
      if (entry === undefined) continue
      this.#unsaved.set(seq, { verdict: entry.verdict, code: entry.code })
      this.#suspects.delete(seq)
      settled += 1
    }
    // The gateway is well, whatever it left out: what stands behind must not wait for it.
    this.#batchMax = Math.min(INTAKE_RECORDS_MAX, this.#batchMax * 2)
    await this.#save()
    if (settled === 0) return this.#failed(null, false)
    this.#failures = 0
    this.#answeredFailures = 0
    return { went: 'on' }
  }

  /** Marks what is known. A disk that refuses keeps it in memory, and forwarding goes on (a restart sends it again). */
  async #save(): Promise<void> {
    const { journal, emit } = this.#deps
    const marked = await journal.append(markVerdicts(this.#unsaved))
    if (!marked.ok) return
    this.#unsaved.clear()
    announce(marked.value, emit)
  }

  /** The next records without a verdict, oldest first; null when the store cannot be read or holds too much unsaved. */
  async #nextBatch(): Promise<readonly StoredRecord[] | null> {
    const { store, clock, journal } = this.#deps
    if (this.#unsaved.size >= UNSAVED_VERDICTS_MAX) {
      await this.#save()
      if (this.#unsaved.size > 0) return null
    }
    const dueSuspect = [...this.#suspects].find(([, dueMs]) => dueMs <= clock.monotonicMs())?.[0] ?? null
    try {
      if (dueSuspect !== null) {
        this.#suspects.set(dueSuspect, clock.monotonicMs() + SUSPECT_RETRY_MS)
        const alone = await store.records({ afterSeq: dueSuspect - 1, limit: 1 })
        if (alone[0]?.verdict === null) return alone
        this.#suspects.delete(dueSuspect)
      }
      return await this.#scan(journal.state.head.forwardedSeq)
    } catch {
      return null
    }
  }

  async #scan(forwardedSeq: number): Promise<readonly StoredRecord[]> {
    const batch: StoredRecord[] = []
    let afterSeq = forwardedSeq
    for (;;) {
      const limit = batch.length === 0 && afterSeq === forwardedSeq ? this.#batchMax : FORWARD_SCAN_RECORDS
      const rows = await this.#deps.store.records({ afterSeq, limit })
      for (const row of rows) {
        afterSeq = row.seq
        if (row.verdict !== null || this.#unsaved.has(row.seq) || this.#suspects.has(row.seq)) continue
        batch.push(row)
        if (batch.length === this.#batchMax) return batch
      }
      if (rows.length < limit) return batch
    }
  }

  /** A gateway that answers and fails again and again may choke on one record: the others go first. */
  #suspect(batch: readonly StoredRecord[]): void {
    const [first] = batch
    this.#answeredFailures += 1
    if (first === undefined || batch.length > 1 || this.#answeredFailures < SUSPECT_AFTER_FAILURES) return
    this.#answeredFailures = 0
    this.#suspects.set(first.seq, this.#deps.clock.monotonicMs() + SUSPECT_RETRY_MS)
    this.#deps.emit({ type: 'forwardingError', code: 'service_unavailable', detail: `record ${first.seq} set apart` })
  }

  #failed(retryAfterMs: number | null, answered: boolean): { went: 'wait'; pauseMs: number } {
    const { clock, crypto } = this.#deps
    this.#batchMax = answered || this.#failures > 0 ? 1 : Math.max(1, Math.floor(this.#batchMax / 2))
    this.#failures += 1
    const pauseMs = backoffMs(crypto, this.#failures, retryAfterMs)
    this.#notBeforeMs = retryAfterMs === null ? 0 : clock.monotonicMs() + pauseMs
    return { went: 'wait', pauseMs }
  }

  async #drained(): Promise<{ went: 'wait'; pauseMs: number | null }> {
    if (this.#unsaved.size > 0) await this.#save()
    const [nextSuspectMs] = [...this.#suspects.values()].toSorted((a, b) => a - b)
    if (nextSuspectMs === undefined) return { went: 'wait', pauseMs: this.#unsaved.size > 0 ? SUSPECT_RETRY_MS : null }
    return { went: 'wait', pauseMs: Math.max(1, nextSuspectMs - this.#deps.clock.monotonicMs()) }
  }
}

function announce(marked: Marked, emit: (event: TerminalEvent) => void): void {
  for (const payment of marked.forwarded) emit({ type: 'paymentForwarded', payment })
  for (const { code, payment } of marked.parked) emit({ type: 'forwardingError', code, detail: payment ?? 'record' })
  if (marked.drained) emit({ type: 'queueDrained' })
}
