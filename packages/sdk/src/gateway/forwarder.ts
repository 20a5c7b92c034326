import type { Clock, Crypto } from '@holdfast/core'
import { INTAKE_RECORDS_MAX, type IntakeReceipt } from '@holdfast/protocol'
import type { Journal } from '../journal/journal.ts'
import type { JournalHead, JournalStore, RecordVerdict, StoredRecord } from '../journal/journal-store.ts'
import {
  FORWARD_SCAN_RECORDS,
  SUSPECT_AFTER_FAILURES,
  SUSPECT_RETRY_MS,
  SUSPECTS_UNPROVEN_MAX,
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
  /** What has had its verdict in this generation of the gateway, beyond the mark of what has no gap. */
  readonly #answered = new Set<number>()
  /** Records that the gateway fails over, and when each is tried alone again. */
  readonly #suspects = new Map<number, number>()
  /** Those of them that were set apart since the gateway was last heard: it may be its fault and not theirs. */
  readonly #unproven = new Set<number>()
  readonly #waiting = new Set<() => void>()
  #forwardedSeq = 0
  #batchMax = 1
  #failures = 0
  #answeredFailures = 0
  /** The server's hint: not even a network that comes back overrules it. */
  #notBeforeMs = 0
  #stopped = false

  constructor(deps: ForwarderDeps) {
    this.#deps = deps
  }

  /** Something was written. After a failure the pause is kept, or every sale of an outage would be a try of its own. */
  wake(): void {
    if (this.#failures === 0) this.#bell.ring()
  }

  /** The network came back: the next try need not wait for the end of its pause. */
  networkBack(): void {
    this.#bell.ring()
  }

  /** Resolves when everything has its verdict, when the next try has failed, or at once while the server wants rest. */
  flush(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve)
      this.#bell.ring()
    })
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const turn = await this.#turn()
      if (turn.went === 'on') continue
      for (const resolve of this.#waiting) resolve()
      this.#waiting.clear()
      if (!this.#stopped) await this.#bell.wait(this.#deps.clock, turn.pauseMs)
    }
  }

  stop(): void {
    this.#stopped = true
    this.#bell.ring()
  }

  async #turn(): Promise<{ went: 'on' } | { went: 'wait'; pauseMs: number | null }> {
    const { journal, gateway, clock } = this.#deps
    if (gateway.silent) return { went: 'wait', pauseMs: null }
    const restMs = this.#notBeforeMs - clock.monotonicMs()
    if (restMs > 0) return { went: 'wait', pauseMs: restMs }
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
      if (answer.reached) {
        this.#suspect(batch)
        const detail = `HTTP ${answer.status}, unsigned`
        if (this.#failures === 0)
          this.#deps.emit({ type: 'forwardingError', code: 'service_unavailable', detail })
      }
      return this.#failed(answer.reached ? answer.retryAfterMs : null, answer.reached)
    }
    const known = journal.state.feed?.generation ?? 0
    return reply.value.generation < known ? this.#failed(null, true) : this.#settle(batch, reply.value)
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
      this.#answered.add(seq)
      this.#suspects.delete(seq)
      settled += 1
    }
    for (const seq of this.#unproven) {
      const detail = `record ${seq} is set apart: the gateway fails over it`
      this.#deps.emit({ type: 'forwardingError', code: 'internal_error', detail })
    }
    this.#unproven.clear()
    // The gateway is well, whatever it left out: what stands behind must not wait for it.
    this.#batchMax = Math.min(INTAKE_RECORDS_MAX, this.#batchMax * 2)
    await this.#save()
    if (settled === 0) return this.#pause(null)
    this.#failures = 0
    this.#answeredFailures = 0
    return { went: 'on' }
  }

  /** Marks what is known. A disk that refuses keeps it in memory, and forwarding goes on (a restart sends it again). */
  async #save(): Promise<void> {
    const { journal, emit } = this.#deps
    const marked = await journal.append(
      markVerdicts(this.#unsaved, this.#answered, journal.state.head.forwardedSeq),
    )
    if (!marked.ok) return
    this.#unsaved.clear()
    const { forwardedSeq } = journal.state.head
    for (const seq of this.#answered) if (seq <= forwardedSeq) this.#answered.delete(seq)
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
        if (alone.length > 0) return alone
      }
      return await this.#scan(journal.state.head)
    } catch {
      return null
    }
  }

  async #scan({ forwardedSeq, resendSeq }: JournalHead): Promise<readonly StoredRecord[]> {
    // The mark went back: the gateway was restored, and all that it ever answered is asked of it anew.
    if (forwardedSeq < this.#forwardedSeq) this.#answered.clear()
    this.#forwardedSeq = forwardedSeq
    const batch: StoredRecord[] = []
    let afterSeq = forwardedSeq
    for (;;) {
      const limit = batch.length === 0 && afterSeq === forwardedSeq ? this.#batchMax : FORWARD_SCAN_RECORDS
      const rows = await this.#deps.store.records({ afterSeq, limit })
      for (const row of rows) {
        afterSeq = row.seq
        if (this.#answered.has(row.seq) || this.#suspects.has(row.seq)) continue
        if (row.verdict !== null && row.seq > resendSeq) continue
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
    if (this.#unproven.size >= SUSPECTS_UNPROVEN_MAX) {
      for (const seq of this.#unproven) this.#suspects.delete(seq)
      this.#unproven.clear()
      return
    }
    this.#suspects.set(first.seq, this.#deps.clock.monotonicMs() + SUSPECT_RETRY_MS)
    this.#unproven.add(first.seq)
  }

  #failed(retryAfterMs: number | null, answered: boolean): { went: 'wait'; pauseMs: number } {
    this.#batchMax = answered || this.#failures > 0 ? 1 : Math.max(1, Math.floor(this.#batchMax / 2))
    return this.#pause(retryAfterMs)
  }

  #pause(retryAfterMs: number | null): { went: 'wait'; pauseMs: number } {
    const { clock, crypto } = this.#deps
    this.#failures += 1
    const pauseMs = backoffMs(crypto, this.#failures, retryAfterMs)
    this.#notBeforeMs = retryAfterMs === null ? 0 : clock.monotonicMs() + pauseMs
    return { went: 'wait', pauseMs }
  }

  async #drained(): Promise<{ went: 'wait'; pauseMs: number | null }> {
    const { journal, clock } = this.#deps
    this.#failures = 0
    if (this.#unsaved.size > 0) await this.#save()
    let { forwardedSeq } = journal.state.head
    while (this.#suspects.size === 0 && this.#unsaved.size === 0 && forwardedSeq < journal.state.head.seq) {
      await this.#save()
      if (journal.state.head.forwardedSeq === forwardedSeq) break
      ;({ forwardedSeq } = journal.state.head)
    }
    const [nextSuspectMs] = [...this.#suspects.values()].toSorted((a, b) => a - b)
    if (nextSuspectMs !== undefined)
      return { went: 'wait', pauseMs: Math.max(1, nextSuspectMs - clock.monotonicMs()) }
    return { went: 'wait', pauseMs: this.#unsaved.size > 0 ? SUSPECT_RETRY_MS : null }
  }
}

function announce(marked: Marked, emit: (event: TerminalEvent) => void): void {
  for (const payment of marked.forwarded) emit({ type: 'paymentForwarded', payment })
  for (const { code, payment } of marked.parked)
    emit({ type: 'forwardingError', code, detail: payment ?? 'record' })
  if (marked.drained) emit({ type: 'queueDrained' })
}
