import {
  type Clock,
  type Crypto,
  markContact,
  must,
  newId,
  NO_EXPOSURE,
  NO_LOCAL_LIMITS,
  NO_TIME_MARK,
  raiseMark,
  type SigningKey,
  sleep,
} from '@holdfast/core'
import { makeRecord, type SealedRecord } from '@holdfast/envelope'
import {
  type ErrorCode,
  RECORD_VERSION,
  type RecordHeader,
  recordHeader,
  type Signed,
} from '@holdfast/protocol'
import { APPEND_TRIES_MAX, CONFLICT_PAUSE_MAX_MS, CONFLICTS_AT_ONCE } from '../limits.ts'
import { addToBacklog, NO_BACKLOG } from './backlog.ts'
import { closeAbandoned } from './close-abandoned.ts'
import { opensSale, takesMore } from './draft-kinds.ts'
import { DeviceClock, type DeviceTime } from './device-clock.ts'
import { type JournalChange, type JournalHead, type JournalStore, MediumFull } from './journal-store.ts'
import type { Appended, Built, Draft, JournalState, JournalStep, NewRecord } from './journal-step.ts'
import { type Enrolment, keepLease, keptNames, parseKeptLease } from './kept-values.ts'
import { OpenSales } from './open-sales.ts'
import { readHead, readState, withValues } from './read-state.ts'

export interface JournalDeps {
  readonly store: JournalStore
  readonly crypto: Crypto
  readonly key: SigningKey
  readonly clock: Clock
  /** Named in `epoch.started`: the program and the kind of store. */
  readonly app: string
  readonly storeName: string
  /** The platform may throw away what is stored: nothing is taken offline. */
  readonly storageRefusal?: ErrorCode
}

/**
 * The device's log. `append` is the moment of acceptance: when it answers `ok`, the records survive a power cut.
 *
 * Correctness rests on the store's compare-and-set alone; the queue in this process only spares needless conflicts.
 * After a commit whose outcome cannot be found out nothing more is accepted: what is on the disk is then unknown, and
 * a second record in the same place would be a fork; a store that can goes on in a new, verified place first. A head
 * row that cannot be read is built again from the records. Where they do not reach to its end nothing more is accepted,
 * and what is there is still forwarded and exported.
 */
export class Journal {
  readonly epoch: string
  readonly #deps: JournalDeps
  readonly #clock: DeviceClock
  readonly #listeners = new Set<() => void>()
  #state: Omit<JournalState, 'time'>
  readonly #openSales = new OpenSales()
  /** True while nothing speaks against `#state` being as of the store's head: whether it is, the next commit tells. */
  #current = false
  #epochStarted = false
  #stopped: Stopped | null = null
  #tail: Promise<unknown> = Promise.resolve()

  /** Null when the store was never written: the device is not enrolled. Throws when the store cannot be trusted. */
  static async open(deps: JournalDeps): Promise<Journal | null> {
    const found = await readHead(deps)
    if (found === null) return null
    const state = await readState(deps.store, found.head)
    if (state.enrolment.key !== deps.key.keyId) throw new Error('The journal belongs to another device key')
    const journal = new Journal(deps, state)
    if (!found.sound) {
      journal.#stopped = 'damaged'
      return journal
    }
    // A full disk does not keep what is stored from being forwarded: the epoch then starts with the first record.
    await journal.append(startEpoch)
    await closeAbandoned(journal, deps.store)
    return journal
  }

  /** The first commit of an enrolled device; when another tab was faster, its journal is opened. */
  static async found(deps: JournalDeps, enrolment: Enrolment, lease: Signed): Promise<Journal | null> {
    const values = { [keptNames.enrolment]: JSON.stringify(enrolment), ...keepLease(lease) }
    const kept = must(parseKeptLease(JSON.stringify(lease)), 'the lease was verified before')
    const head = emptyHead(deps.clock, kept.issuedAtMs)
    const fresh = {
      local: NO_LOCAL_LIMITS,
      feed: null,
      frozen: null,
      prunedSeq: 0,
      durableSeq: 0,
      orders: [],
    }
    const journal = new Journal(deps, { head, enrolment, lease: kept, ...fresh })
    const appended = await journal.append({
      load: () => Promise.resolve(null),
      build: ({ head: { version } }) =>
        version === 0 ? { do: 'commit', value: null, draft: { values } } : { do: 'nothing', value: null },
    })
    return appended.ok ? journal : null
  }

  private constructor(deps: JournalDeps, state: Omit<JournalState, 'time'>) {
    this.#deps = deps
    this.#state = state
    this.#clock = new DeviceClock(deps.clock)
    this.#clock.adopt(state.head.time, state.head.timeBase)
    this.epoch = newId('ep', {
      wallMs: () => deps.clock.wallMs(),
      randomBytes: (n) => deps.crypto.randomBytes(n),
    })
  }

  /** As of the last read or commit of this process. */
  get state(): JournalState {
    const { local } = this.#state
    const kept = this.#deps.storageRefusal === undefined ? local : { ...local, allowed: false }
    return { ...this.#state, local: kept, time: this.#clock.read() }
  }

  get accepts(): boolean {
    return this.refusal === null
  }

  /** Why no sale can be taken now, whatever the lease says; null when one can. */
  get refusal(): ErrorCode | null {
    return this.#stopped === null ? (this.#state.frozen?.code ?? null) : STOPPED_CODES[this.#stopped]
  }

  /**
   * Steps run one after the other. `journal_busy`: the head moved too often; `journal_full`, `journal_failed`: nothing
   * was accepted; `journal_poisoned`, `journal_damaged`: nor will be; `journal_forked`, `device_deauthorised`: no sale is.
   */
  append<Loaded, Value>(step: JournalStep<Loaded, Value>): Promise<Appended<Value>> {
    const run = this.#tail.then(() => this.#run(step))
    this.#tail = run.catch(() => null)
    return run
  }

  /** Called when the head has moved. Returns the function that unsubscribes. */
  onMove(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Waits for the step that runs; later ones are refused. */
  async close(): Promise<void> {
    this.#stopped ??= 'closed'
    await this.#tail
    await this.#deps.store.close()
  }

  async #run<Loaded, Value>(step: JournalStep<Loaded, Value>): Promise<Appended<Value>> {
    for (let conflicts = 0; conflicts < APPEND_TRIES_MAX;) {
      if (this.#stopped !== null) return { ok: false, code: STOPPED_CODES[this.#stopped] }
      const loaded = await this.#load(step)
      if (loaded === null) return { ok: false, code: 'journal_failed' }
      const state = this.state
      const built = decide(step.build(state, loaded.rows), state)
      if (built.do !== 'commit') {
        // Only a commit finds out that another process has moved the head; any other answer rests on reading it.
        this.#current = !loaded.fromMemory
        if (loaded.fromMemory) continue
        if (built.do === 'refuse') return { ok: false, code: built.code }
        return { ok: true, value: built.value, records: [], payments: [] }
      }
      const { change, records } = await this.#seal(state, built.draft)
      const outcome = await this.#commit(state.head.version, change)
      this.#current = outcome === 'committed'
      if (outcome === 'head_moved') {
        conflicts += 1
        await this.#giveWay(conflicts)
      } else if (outcome !== 'committed') return { ok: false, code: outcome }
      else {
        this.#adopt(change)
        return { ok: true, value: built.value, records, payments: change.payments }
      }
    }
    return { ok: false, code: 'journal_busy' }
  }

  /** Two tabs in step would take the head from each other for ever; the one that has lost often lets the other pass. */
  async #giveWay(conflicts: number): Promise<void> {
    if (conflicts < CONFLICTS_AT_ONCE) return
    const [byte = 0] = this.#deps.crypto.randomBytes(1)
    await sleep(this.#deps.clock, 1 + (byte / 256) * Math.min(CONFLICT_PAUSE_MAX_MS, 2 ** conflicts))
  }

  /**
   * What the step needs, as of `#state`. The head is read after the rows: when it is still the known one, nothing has
   * changed under them. Rows that this process has written itself need no look at all. Null when the store cannot be
   * read.
   */
  async #load<Loaded, Value>(
    step: JournalStep<Loaded, Value>,
  ): Promise<{ rows: Loaded; fromMemory: boolean } | null> {
    const { store } = this.#deps
    try {
      for (;;) {
        if (!this.#current) this.#openSales.forget()
        let fromMemory = this.#current
        const reads = this.#openSales.reads(store, () => {
          fromMemory = false
        })
        const rows = await step.load(reads, this.state)
        if (fromMemory) return { rows, fromMemory }
        const head = await store.head()
        this.#current = head === null || head.version === this.#state.head.version
        if (head === null || this.#current) return { rows, fromMemory }
        this.#state = await readState(store, head)
        this.#clock.adopt(head.time, head.timeBase)
        this.#notify()
      }
    } catch {
      this.#current = false
      return null
    }
  }

  /** Chains, signs and numbers the draft. Signing is the only thing that is awaited between read and commit. */
  async #seal(
    state: JournalState,
    draft: Draft,
  ): Promise<{ change: JournalChange; records: readonly SealedRecord[] }> {
    const { head, time } = state
    const wanted = draft.records ?? []
    const opening = this.#epochStarted ? [] : [this.#epochRecord()]
    let [seq, hash, backlog] = [head.seq, head.hash, draft.backlog ?? head.backlog]
    const sealed: SealedRecord[] = []
    for (const { body, sealed: block, contact = null } of [...opening, ...wanted]) {
      const header = this.#header(state, body, { seq: seq + 1, prev: hash === '' ? null : hash })
      const record = await makeRecord(this.#deps.crypto, this.#deps.key, header, {
        sealed: block,
        contact,
      })
      ;[seq, hash, backlog] = [seq + 1, record.hash, addToBacklog(backlog, header)]
      sealed.push(record)
    }
    const records = sealed.slice(opening.length)
    const next: JournalHead = {
      version: head.version + 1,
      epoch: sealed.length === 0 ? head.epoch : this.epoch,
      seq,
      hash,
      exposure: draft.exposure ?? head.exposure,
      forwardedSeq: draft.forwardedSeq ?? head.forwardedSeq,
      resendSeq: draft.resendSeq ?? head.resendSeq,
      backlog,
      ...timeAfter(head, time, draft.contact),
    }
    const change: JournalChange = {
      head: next,
      append: sealed.map(({ header, hash, wire }) => ({ seq: header.seq, hash, wire, verdict: null })),
      payments: draft.payments?.(records) ?? [],
      verdicts: draft.verdicts ?? [],
      erase: draft.erase ?? [],
      values: draft.values ?? {},
      ...(draft.prune === undefined ? {} : { prune: draft.prune }),
      ...(opensSale(draft) ? { opensSale: true } : {}),
    }
    return { change, records }
  }

  #header(
    state: JournalState,
    body: NewRecord['body'],
    place: { seq: number; prev: string | null },
  ): RecordHeader {
    const { account, mode, device } = state.enrolment
    const { wallMs, nowMs, monotonicMs, boot, utcOffsetMin, trust } = state.time
    const header = {
      v: RECORD_VERSION,
      account,
      mode,
      device,
      key: this.#deps.key.keyId,
      epoch: this.epoch,
      ...place,
      lease: state.lease.id,
      times: { wallMs, nowMs, monotonicMs, boot, utcOffsetMin, trust },
      ...body,
    }
    // A record that the gateway would park as malformed must never be the one that a sale rests on.
    return recordHeader.parse(header)
  }

  #epochRecord(): NewRecord {
    const { app, storeName } = this.#deps
    return { body: { kind: 'epoch.started', app, store: storeName }, sealed: null }
  }

  async #commit(
    expectedVersion: number,
    change: JournalChange,
  ): Promise<'committed' | 'head_moved' | 'journal_failed' | 'journal_full'> {
    try {
      return await this.#deps.store.commit(expectedVersion, change)
    } catch (error) {
      return error instanceof MediumFull ? 'journal_full' : this.#findOut(change)
    }
  }

  /** A rejected commit is an unknown outcome: only what the store holds now tells whether it took place. */
  async #findOut(change: JournalChange): Promise<'committed' | 'journal_failed'> {
    const known = (await this.#holds(change)) ?? ((await this.#renew()) ? await this.#holds(change) : null)
    if (known === null) {
      this.#stopped ??= 'poisoned'
      this.#notify()
    }
    return known === true ? 'committed' : 'journal_failed'
  }

  /** Null when the store does not tell. */
  async #holds(change: JournalChange): Promise<boolean | null> {
    const last = change.append.at(-1)
    try {
      const head = await this.#deps.store.head()
      if (last === undefined || head === null || head.seq < last.seq) return false
      const [found] = await this.#deps.store.records({ afterSeq: last.seq - 1, limit: 1 })
      return found?.hash === last.hash
    } catch {
      return null
    }
  }

  async #renew(): Promise<boolean> {
    const { store } = this.#deps
    return (await store.renew?.().catch(() => 'failed')) === 'renewed'
  }

  #adopt(change: JournalChange): void {
    if (change.append.length > 0) this.#epochStarted = true
    this.#openSales.note(change)
    this.#state = withValues({ ...this.#state, head: change.head }, change.values)
    this.#clock.adopt(change.head.time, change.head.timeBase)
    this.#notify()
  }

  #notify(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** While the device is frozen it takes nothing more, whatever a step says. */
function decide<Value>(built: Built<Value>, { frozen }: JournalState): Built<Value> {
  const isRefused = built.do === 'commit' && frozen !== null && takesMore(built.draft)
  return isRefused ? { do: 'refuse', code: frozen.code } : built
}

type Stopped = 'poisoned' | 'damaged' | 'closed'
const STOPPED_CODES = {
  poisoned: 'journal_poisoned',
  damaged: 'journal_damaged',
  closed: 'journal_failed',
} as const satisfies Record<Stopped, ErrorCode>

/** The first commit of an open journal brings `epoch.started` with it, whatever else it says. */
const startEpoch: JournalStep<null, null> = {
  load: () => Promise.resolve(null),
  build: () => ({ do: 'commit', value: null, draft: {} }),
}

function timeAfter(
  head: JournalHead,
  time: DeviceTime,
  contact: Draft['contact'],
): Pick<JournalHead, 'time' | 'timeBase'> {
  if (contact === undefined) {
    const timeBase = {
      boot: time.boot,
      monotonicMs: time.monotonicMs,
      contactBoot: head.timeBase.contactBoot,
    }
    return { time: raiseMark(head.time, time.nowMs), timeBase }
  }
  const timeBase = { boot: time.boot, monotonicMs: contact.monotonicMs, contactBoot: time.boot }
  return { time: markContact(contact.gatewayMs, contact), timeBase }
}

/** The head of a store that was never written; the first lease is the gateway's first word about the time. */
function emptyHead(clock: Clock, leaseIssuedMs: number): JournalHead {
  return {
    version: 0,
    epoch: '',
    seq: 0,
    hash: '',
    exposure: NO_EXPOSURE,
    time: { ...NO_TIME_MARK, highWaterMs: leaseIssuedMs, contactMs: leaseIssuedMs },
    timeBase: { boot: clock.bootId, monotonicMs: clock.monotonicMs(), contactBoot: null },
    forwardedSeq: 0,
    resendSeq: 0,
    backlog: NO_BACKLOG,
  }
}
