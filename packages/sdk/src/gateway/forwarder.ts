import type { Clock, Crypto } from '@holdfast/core'
import { verifyText } from '@holdfast/envelope'
import { INTAKE_RECORDS_MAX, type IntakeReceipt } from '@holdfast/protocol'
import { inspectRecord, readAround } from '../journal/inspect-record.ts'
import { generationMark } from '../journal/generation-mark.ts'
import type { Journal } from '../journal/journal.ts'
import type { JournalHead, JournalStore, RecordVerdict, StoredRecord } from '../journal/journal-store.ts'
import { FORWARD_SCAN_RECORDS, REST_MS, SUSPECT_RETRY_MS, UNSAVED_VERDICTS_MAX } from '../limits.ts'
import { type ForwardProgress, NOT_TRIED } from './forward-progress.ts'
import type { TerminalEvent } from '../terminal-events.ts'
import { AnsweredRecords } from './answered-records.ts'
import { backoffMs } from './backoff.ts'
import { Bell } from './bell.ts'
import type { GatewayClient } from './gateway-client.ts'
import { keptOutcomes } from './kept-outcomes.ts'
import { type Marked, markVerdicts } from './mark-verdicts.ts'
import { type Damage, missingIn, quarantine } from './quarantine.ts'
import { SuspectRecords } from './suspect-records.ts'

/** RFC 6585 §4. */
const TOO_MANY = 429

export interface ForwarderDeps {
  readonly journal: Journal
  readonly store: JournalStore
  readonly gateway: GatewayClient
  readonly clock: Clock
  readonly crypto: Crypto
  /** The key that this device signs with now; base64url. */
  readonly signer: { readonly keyId: string; readonly publicKey: string }
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
  readonly #answered: AnsweredRecords
  readonly #suspects: SuspectRecords
  readonly #waiting = new Set<() => void>()
  /** Of what was sent and has no verdict yet, by seq. */
  readonly #progress = new Map<number, Omit<ForwardProgress, 'nextTryMs'>>()
  /** Monotonic; null while the next turn waits for something to happen. */
  #nextTurnMs: number | null = null
  #batchMax = 1
  #failures = 0
  /** The server's hint: not even a network that comes back overrules it. */
  #notBeforeMs = 0
  #stopped = false

  constructor(deps: ForwarderDeps) {
    this.#deps = deps
    this.#answered = new AnsweredRecords(() => generationMark(deps.journal.state).generation)
    this.#suspects = new SuspectRecords(() => deps.clock.monotonicMs())
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

  /** How it goes with one record that has no verdict. `nextTryMs` is device time. */
  progressOf(seq: number): ForwardProgress {
    const { journal, clock, gateway } = this.#deps
    const { attempts, lastError } = this.#progress.get(seq) ?? NOT_TRIED
    const dueMs = this.#suspects.dueMsOf(seq) ?? this.#nextTurnMs
    if (gateway.silent || dueMs === null) return { attempts, lastError, nextTryMs: null }
    const inMs = Math.max(0, Math.round(dueMs - clock.monotonicMs()))
    return { attempts, lastError, nextTryMs: journal.state.time.nowMs + inMs }
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const turn = await this.#turn()
      if (turn.went === 'on') continue
      for (const resolve of this.#waiting) resolve()
      this.#waiting.clear()
      if (this.#stopped) return
      this.#nextTurnMs = turn.pauseMs === null ? null : this.#deps.clock.monotonicMs() + turn.pauseMs
      await this.#bell.wait(this.#deps.clock, turn.pauseMs)
    }
  }

  stop(): void {
    this.#stopped = true
    this.#bell.ring()
  }

  async #turn(): Promise<{ went: 'on' } | { went: 'wait'; pauseMs: number | null }> {
    const { journal, store, gateway, clock } = this.#deps
    if (gateway.silent) return { went: 'wait', pauseMs: null }
    const restMs = this.#notBeforeMs - clock.monotonicMs()
    if (restMs > 0) return { went: 'wait', pauseMs: restMs }
    const batch = await this.#nextBatch()
    if (batch === null) return this.#failed(null, false)
    if (batch.length === 0) return this.#drained()
    const { head } = journal.state
    const mark = generationMark(journal.state)
    const manifest = {
      headSeq: head.seq,
      headHash: head.hash,
      throughSeq: this.#throughSeq(batch, head),
      ...head.backlog,
      mark,
    }
    const outcomes = await keptOutcomes(store, batch, head.resendSeq).catch(() => null)
    if (outcomes === null) return this.#failed(null, false)
    this.#nextTurnMs = clock.monotonicMs()
    const records = batch.map(({ wire }) => wire)
    const reply = await gateway.sendRecords({
      manifest,
      records,
      ...(outcomes.length === 0 ? {} : { outcomes }),
    })
    if (this.#stopped) return { went: 'wait', pauseMs: 0 }
    if (!reply.heard) {
      const { answer } = reply
      if (!answer.reached && answer.why === 'aborted') return { went: 'wait', pauseMs: null }
      if (answer.reached && answer.status === TOO_MANY) return this.#rest(answer.retryAfterMs)
      this.#note(batch, answer.reached ? `HTTP ${answer.status}, unsigned` : answer.why)
      if (answer.reached) {
        this.#suspects.failedOver(batch.map(({ seq }) => seq))
        const detail = `HTTP ${answer.status}, unsigned`
        if (this.#failures === 0)
          this.#deps.emit({ type: 'forwardingError', code: 'service_unavailable', detail })
      }
      return this.#failed(answer.reached ? answer.retryAfterMs : null, answer.reached)
    }
    const known = journal.state.feed?.generation ?? 0
    if (reply.value.generation < known) return this.#failed(null, true)
    // The restore was heard of while this was on its way: it goes again, with what the gateway once said of it.
    if (generationMark(journal.state).generation !== mark.generation) return { went: 'on' }
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
      this.#answered.add(seq)
      this.#suspects.clear(seq)
      this.#progress.delete(seq)
      settled += 1
    }
    const leftOut = batch.filter(({ hash }) => !byHash.has(hash))
    this.#note(leftOut, 'left out of the receipt')
    for (const seq of this.#suspects.takeProven()) {
      const detail = `record ${seq} is set apart: the gateway fails over it`
      this.#deps.emit({ type: 'forwardingError', code: 'internal_error', detail })
    }
    // The gateway is well, whatever it left out: what stands behind must not wait for it.
    this.#batchMax = Math.min(INTAKE_RECORDS_MAX, this.#batchMax * 2)
    await this.#save()
    if (settled === 0) return this.#pause(null)
    this.#failures = 0
    this.#suspects.settled()
    return { went: 'on' }
  }

  /** Marks what is known. A disk that refuses keeps it in memory, and forwarding goes on (a restart sends it again). */
  async #save(): Promise<void> {
    const { journal, emit } = this.#deps
    const marked = await journal.append(
      markVerdicts(this.#unsaved, this.#answered.ofGeneration(), journal.state.head.forwardedSeq),
    )
    if (!marked.ok) return
    this.#unsaved.clear()
    this.#answered.forgetThrough(journal.state.head.forwardedSeq)
    announce(marked.value, emit)
  }

  /** The next records without a verdict, oldest first; null when the store cannot be read or holds too much unsaved. */
  async #nextBatch(): Promise<readonly StoredRecord[] | null> {
    const { store, journal } = this.#deps
    if (this.#unsaved.size >= UNSAVED_VERDICTS_MAX) {
      await this.#save()
      if (this.#unsaved.size > 0) return null
    }
    const dueSuspect = this.#suspects.takeDue()
    try {
      if (dueSuspect !== null) {
        const alone = await store.records({ afterSeq: dueSuspect - 1, limit: 1 }).catch(() => null)
        if (alone === null) this.#suspects.noteUnreadable(dueSuspect)
        const row = alone?.[0]
        if (row?.seq === dueSuspect && (await this.#isSound(row))) return [row]
        // Damaged or gone since it was set aside: no receipt will name it, so the scan below sets it apart.
        if (alone !== null) this.#suspects.clear(dueSuspect)
      }
      return await this.#scan(journal.state.head)
    } catch {
      return null
    }
  }

  async #scan({ seq: headSeq, forwardedSeq }: JournalHead): Promise<readonly StoredRecord[]> {
    const { store } = this.#deps
    const batch: StoredRecord[] = []
    let afterSeq = forwardedSeq
    for (;;) {
      const limit = batch.length === 0 && afterSeq === forwardedSeq ? this.#batchMax : FORWARD_SCAN_RECORDS
      const { rows, unreadable } = await readAround(store, { afterSeq, limit, headSeq })
      const isLast = rows.length + unreadable.length < limit
      const throughSeq = isLast ? Math.max(headSeq, afterSeq) : (rows.at(-1)?.seq ?? headSeq)
      const damages: Damage[] = missingIn([...rows.map(({ seq }) => seq), ...unreadable], {
        afterSeq,
        throughSeq,
        state: this.#deps.journal.state,
      }).map((seq) => ({ seq, code: 'record_missing' }))
      for (const seq of unreadable) {
        if (!this.#suspects.has(seq) && this.#suspects.noteUnreadable(seq) === 'lost')
          damages.push({ seq, code: 'record_corrupt', isUnreadable: true })
      }
      const fit: StoredRecord[] = []
      for (const row of rows) {
        this.#suspects.noteRead(row.seq)
        if (batch.length + fit.length === this.#batchMax) break
        if (this.#answered.has(row.seq) || this.#suspects.has(row.seq)) continue
        // As it is now: the restore may have been heard of since the scan began.
        if (row.verdict !== null && row.seq > this.#deps.journal.state.head.resendSeq) {
          this.#answered.add(row.seq)
          continue
        }
        if (await this.#isSound(row)) fit.push(row)
        else damages.push({ seq: row.seq, code: 'record_corrupt' })
      }
      await this.#setApart(damages.filter(({ seq }) => !this.#answered.has(seq) && !this.#suspects.has(seq)))
      batch.push(...fit)
      if (batch.length === this.#batchMax || isLast) return batch
      afterSeq = Math.max(throughSeq, afterSeq + 1)
    }
  }

  /**
   * What is set apart leaves a gap, and may be the void of what goes before it: nothing behind the gap counts as given.
   * Nor does what another tab has written behind the head that this one knows.
   */
  #throughSeq(batch: readonly StoredRecord[], { seq: headSeq, forwardedSeq }: JournalHead): number {
    const sent = new Set(batch.map(({ seq }) => seq))
    let seq = forwardedSeq
    while (seq < headSeq && (this.#answered.has(seq + 1) || sent.has(seq + 1))) seq += 1
    return seq
  }

  /** Also the signature of a void: one that the gateway cannot verify is one that it never hears. */
  async #isSound(row: StoredRecord): Promise<boolean> {
    const { crypto, signer } = this.#deps
    const inspected = await inspectRecord(crypto, row)
    if (!inspected.sound || inspected.header.kind !== 'payment.voided') return inspected.sound
    // What an earlier key signed only the gateway can judge.
    if (inspected.header.key !== signer.keyId) return true
    return verifyText(crypto, signer.publicKey, 'record', row.wire.header, row.wire.signature)
  }

  /** Not sent, and passed over, also while the disk does not take the mark. */
  async #setApart(damages: readonly Damage[]): Promise<void> {
    if (damages.length === 0) return
    const { journal, emit } = this.#deps
    const marked = await journal.append(quarantine(damages))
    // What could not be said again (a void that was lost) is not done with: looked at anew in a while.
    for (const { seq } of damages) {
      if (marked.ok) this.#answered.add(seq)
      else this.#suspects.setApart(seq)
    }
    for (const { seq, code } of damages) emit({ type: 'forwardingError', code, detail: `record ${seq}` })
    if (marked.ok) for (const payment of marked.payments) emit({ type: 'paymentChanged', payment })
  }

  /** One more try of these records that has brought no verdict. */
  #note(batch: readonly StoredRecord[], detail: string): void {
    const atMs = this.#deps.journal.state.time.nowMs
    for (const { seq } of batch) {
      const { attempts } = this.#progress.get(seq) ?? NOT_TRIED
      const lastError = { code: 'service_unavailable', detail, atMs }
      this.#progress.set(seq, { attempts: attempts + 1, lastError })
    }
  }

  /**
   * The gateway is well and has others before this device: no failure, no word about these records, and the next batch is
   * as large as this one. An answer that nobody signed says nothing more; what has no verdict is kept and sent again.
   */
  #rest(retryAfterMs: number | null): { went: 'wait'; pauseMs: number } {
    const { clock, crypto } = this.#deps
    const pauseMs = backoffMs(crypto, 0, retryAfterMs ?? REST_MS)
    this.#notBeforeMs = clock.monotonicMs() + pauseMs
    return { went: 'wait', pauseMs }
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
    const nextSuspectMs = this.#suspects.nextDueMs()
    if (nextSuspectMs !== null)
      return { went: 'wait', pauseMs: Math.max(1, nextSuspectMs - clock.monotonicMs()) }
    return { went: 'wait', pauseMs: this.#unsaved.size > 0 ? SUSPECT_RETRY_MS : null }
  }
}

function announce(marked: Marked, emit: (event: TerminalEvent) => void): void {
  for (const payment of marked.forwarded) {
    const error = payment.state === 'FAILED_TO_UPLOAD' ? { code: payment.code } : null
    emit({ type: 'paymentForwarded', payment, error })
  }
  for (const { code, payment } of marked.parked)
    emit({ type: 'forwardingError', code, detail: payment ?? 'record' })
  if (marked.drained) emit({ type: 'queueDrained' })
}
