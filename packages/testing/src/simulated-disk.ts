import type { WireRecord } from '@holdfast/protocol'
import type { Engine } from './engine.ts'
import type { FaultCounters } from './fault-counters.ts'
import type { Random } from './random.ts'
import { type DiskCopyStore, type KeptCopy, simulatedCopies } from './simulated-copies.ts'
import { never, type SimulatedProcess } from './simulated-process.ts'

/** What the disk knows of the rows that it keeps; the SDK's own types fit. */
export interface DiskHead {
  readonly version: number
  /** Of the newest record, for the trace. */
  readonly hash?: string
}
export interface DiskRecord<Verdict> {
  readonly seq: number
  readonly hash: string
  readonly wire: WireRecord
  readonly verdict: Verdict | null
}
export interface DiskPayment<State extends string> {
  readonly paymentId: string
  readonly state: State
  readonly card?: { readonly fingerprint: string }
  readonly acceptedMs?: number
}
export interface DiskChange<Head, Row, Payment, Verdict> {
  readonly head: Head
  readonly append: readonly Row[]
  readonly payments: readonly Payment[]
  readonly verdicts: readonly { readonly seq: number; readonly verdict: Verdict }[]
  readonly erase: readonly number[]
  readonly values: Readonly<Record<string, string | null>>
  /** Refused while the reserve of the medium is in use. */
  readonly opensSale?: boolean
  readonly prune?: { readonly seqs: readonly number[]; readonly paymentIds: readonly string[] }
}

/** The store that a program opens on the disk: the SDK's `JournalStore`, told by its shape. */
interface DiskStore<Head, Row, Payment, State, Verdict> {
  head(): Promise<Head | null>
  commit(
    expectedVersion: number,
    change: DiskChange<Head, Row, Payment, Verdict>,
  ): Promise<'committed' | 'head_moved'>
  records(query: { afterSeq: number; limit: number }): Promise<Row[]>
  payments(query: {
    limit: number
    beforeId?: string
    states?: readonly State[]
    card?: { readonly fingerprint: string; readonly sinceMs: number }
  }): Promise<Payment[]>
  payment(paymentId: string): Promise<Payment | null>
  value(name: string): Promise<string | null>
  close(): Promise<void>
  readonly copies: DiskCopyStore<Verdict>
}

/** What is on the medium. Rows are never changed in place, so a copy of the maps is a snapshot. */
export interface DiskImage<Head, Row, Payment, Verdict> {
  head: Head | null
  records: Map<number, Row>
  payments: Map<string, Payment>
  values: Map<string, string>
  copies: Map<string, KeptCopy<Verdict>>
}

/** Probabilities per commit, `readFails` per read. */
export interface DiskFaults {
  readonly readFails: number
  /** The write does not come about and the program is told so. */
  readonly commitFails: number
  /** The write comes about and the program is told that it failed. */
  readonly commitFailsApplied: number
  /** The power goes while the write is under way: nothing of it is there afterwards. */
  readonly crashTorn: number
  /** The power goes between the write and the answer. */
  readonly crashAfterDurable: number
  /** The write takes seconds. */
  readonly slow: number
  /**
   * The drive says "written" and keeps it in a cache that a power cut empties. No single device survives this; it is
   * here to show that the simulation notices.
   */
  readonly lies: number
}

/** How long a lying drive keeps what it has promised. */
const CACHE_MS = 5_000

export const NO_DISK_FAULTS: DiskFaults = {
  readFails: 0,
  commitFails: 0,
  commitFailsApplied: 0,
  crashTorn: 0,
  crashAfterDurable: 0,
  slow: 0,
  lies: 0,
}

const diskFaultNames = [
  'disk.commit_failed',
  'disk.commit_failed_applied',
  'disk.crash_torn',
  'disk.crash_after_durable',
  'disk.slow',
  'disk.read_failed',
  'disk.full',
  'disk.full_while_marking',
  'disk.reserve_in_use',
  'disk.in_flight_lost',
  'disk.in_flight_landed',
] as const

export interface SimulatedDiskOptions<Head, Row, Payment, Verdict> {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly name: string
  /** How the program's store says that the medium is full and nothing was written. */
  readonly fullError?: () => Error
  /** Sees each write as it lands. */
  readonly onCommit?: (change: DiskChange<Head, Row, Payment, Verdict>) => void
}

/** A medium that outlives the programs that write to it; several may be open on it at once, as two tabs are. */
export interface SimulatedDisk<Head, Row, Payment, State, Verdict> {
  open(process: SimulatedProcess): DiskStore<Head, Row, Payment, State, Verdict>
  /** A store without a program, time or fault, for contract tests. */
  image(): DiskImage<Head, Row, Payment, Verdict>
  /** A copy to restore from, or for a clone of the device. */
  snapshot(): DiskImage<Head, Row, Payment, Verdict>
  restore(image: DiskImage<Head, Row, Payment, Verdict>): void
  setFaults(faults: DiskFaults): void
  /**
   * While full, what appends records is refused; marks on records that are there still go through. While the reserve is
   * in use, only what opens a sale is refused.
   */
  setFull(full: boolean | 'reserve_in_use'): void
}

export function simulatedDisk<
  Head extends DiskHead,
  Verdict,
  Row extends DiskRecord<Verdict>,
  State extends string,
  Payment extends DiskPayment<State>,
>(
  options: SimulatedDiskOptions<Head, Row, Payment, Verdict>,
): SimulatedDisk<Head, Row, Payment, State, Verdict> {
  const { engine, random, counters, name } = options
  counters.announce(...diskFaultNames)
  let medium: DiskImage<Head, Row, Payment, Verdict> = emptyImage()
  let faults = NO_DISK_FAULTS
  let full: boolean | 'reserve_in_use' = false
  const underWay = new Set<UnderWay>()

  /** A store lets nobody in before it knows what has become of the writes of those who died. */
  function endOfTheDead(): void {
    for (const write of underWay) if (!write.process.isAlive()) write.end()
  }

  function met(fault: (typeof diskFaultNames)[number], probability: number): boolean {
    if (!random.chance(probability)) return false
    counters.hit(fault)
    engine.tell(`${name}: ${fault}`)
    return true
  }

  function open(process: SimulatedProcess): DiskStore<Head, Row, Payment, State, Verdict> {
    let closed = false

    function read<T>(label: string, look: () => T): Promise<T> {
      if (!process.step(label)) return never()
      endOfTheDead()
      return new Promise((resolve, reject) => {
        engine.after(0, `${name} ${label}`, () => {
          if (met('disk.read_failed', faults.readFails))
            return process.deliver(() => reject(new Error('EIO')))
          const found = look()
          if (process.step(`${label} answered`)) process.deliver(() => resolve(found))
          return undefined
        })
      })
    }

    function commit(
      expectedVersion: number,
      change: DiskChange<Head, Row, Payment, Verdict>,
    ): Promise<'committed' | 'head_moved'> {
      if (closed) return Promise.reject(new Error('the store is closed'))
      if (!process.step('disk commit')) return never()
      endOfTheDead()
      const write: UnderWay = {
        process,
        end() {
          underWay.delete(write)
          const landed = random.chance(0.5)
          counters.hit(landed ? 'disk.in_flight_landed' : 'disk.in_flight_lost')
          if (landed) apply(expectedVersion, change)
        },
      }
      underWay.add(write)
      const slow = met('disk.slow', faults.slow)
      const delayMs = slow ? random.int(500, 5_000) : random.int(1, 4)
      return new Promise((resolve, reject) => {
        engine.after(delayMs, `${name} commit`, () => {
          if (!underWay.has(write)) return undefined
          if (!process.isAlive()) return write.end()
          underWay.delete(write)
          if (met('disk.crash_torn', faults.crashTorn))
            return process.kill('power cut in the middle of a commit')
          if (full === 'reserve_in_use' && change.opensSale === true) {
            counters.hit('disk.reserve_in_use')
            return process.deliver(() => reject(options.fullError?.() ?? new Error('ENOSPC')))
          }
          if (full === true && change.append.length > 0) {
            counters.hit('disk.full')
            return process.deliver(() => reject(new Error('ENOSPC')))
          }
          if (full === true) counters.hit('disk.full_while_marking')
          if (met('disk.commit_failed', faults.commitFails))
            return process.deliver(() => reject(new Error('EIO')))
          const cached = random.chance(faults.lies) ? copyOf(medium) : null
          const result = apply(expectedVersion, change)
          if (cached !== null) loseAtDeath(process, cached)
          if (met('disk.crash_after_durable', faults.crashAfterDurable))
            return process.kill('power cut before the commit was answered')
          if (met('disk.commit_failed_applied', faults.commitFailsApplied))
            return process.deliver(() => reject(new Error('EIO')))
          if (process.step(`disk ${result}`)) process.deliver(() => resolve(result))
          return undefined
        })
        // Dead from here on: the write is under way and lands or does not.
        process.step('disk commit under way')
      })
    }

    return {
      head: () => read('disk head', () => medium.head),
      commit,
      records: ({ afterSeq, limit }) =>
        read('disk records', () => {
          const rows: Row[] = []
          const last = Math.max(0, ...[...medium.records.keys()].slice(-1))
          for (let seq = afterSeq + 1; seq <= last && rows.length < limit; seq += 1) {
            const row = medium.records.get(seq)
            if (row !== undefined) rows.push(row)
          }
          return rows
        }),
      payments: ({ limit, beforeId, states, card }) =>
        read('disk payments', () =>
          [...medium.payments.values()]
            .filter(({ paymentId }) => beforeId === undefined || paymentId < beforeId)
            .filter(({ state }) => states === undefined || states.includes(state))
            .filter((payment) => card === undefined || isOfCard(payment, card))
            .sort((a, b) => (a.paymentId < b.paymentId ? 1 : -1))
            .slice(0, limit),
        ),
      payment: (paymentId) => read('disk payment', () => medium.payments.get(paymentId) ?? null),
      value: (key) => read('disk value', () => medium.values.get(key) ?? null),
      copies: simulatedCopies(() => medium.copies, read),
      close() {
        closed = true
        return Promise.resolve()
      },
    }
  }

  function apply(
    expectedVersion: number,
    change: DiskChange<Head, Row, Payment, Verdict>,
  ): 'committed' | 'head_moved' {
    if ((medium.head?.version ?? 0) !== expectedVersion) return 'head_moved'
    medium.head = change.head
    for (const row of change.append) medium.records.set(row.seq, row)
    for (const seq of change.prune?.seqs ?? []) medium.records.delete(seq)
    for (const id of change.prune?.paymentIds ?? []) medium.payments.delete(id)
    for (const { seq, verdict } of change.verdicts) alter(seq, (row) => ({ ...row, verdict }))
    for (const seq of change.erase) alter(seq, (row) => ({ ...row, wire: { ...row.wire, sealed: null } }))
    for (const payment of change.payments) medium.payments.set(payment.paymentId, payment)
    for (const [key, value] of Object.entries(change.values)) {
      if (value === null) medium.values.delete(key)
      else medium.values.set(key, value)
    }
    engine.tell(
      `${name} v${change.head.version}: ${change.append.map((row) => row.hash.slice(0, 8)).join(' ')}`,
    )
    options.onCommit?.(change)
    return 'committed'
  }

  function loseAtDeath(process: SimulatedProcess, before: DiskImage<Head, Row, Payment, Verdict>): void {
    const unsubscribe = process.onKill(() => {
      counters.hit('disk.lied')
      medium = before
    })
    engine.after(CACHE_MS, `${name} cache written`, unsubscribe)
  }

  function alter(seq: number, how: (row: Row) => Row): void {
    const row = medium.records.get(seq)
    if (row !== undefined) medium.records.set(seq, how(row))
  }

  return {
    open,
    image: () => medium,
    snapshot: () => copyOf(medium),
    restore(image) {
      engine.tell(`${name} restored`)
      medium = copyOf(image)
    },
    setFaults(next) {
      faults = next
    },
    setFull(next) {
      full = next
    },
  }
}

interface UnderWay {
  readonly process: SimulatedProcess
  end(): void
}

function isOfCard(
  { card, acceptedMs = 0 }: DiskPayment<string>,
  { fingerprint, sinceMs }: { readonly fingerprint: string; readonly sinceMs: number },
): boolean {
  return card?.fingerprint === fingerprint && acceptedMs >= sinceMs
}

function emptyImage<Head, Row, Payment, Verdict>(): DiskImage<Head, Row, Payment, Verdict> {
  return { head: null, records: new Map(), payments: new Map(), values: new Map(), copies: new Map() }
}

function copyOf<Head, Row, Payment, Verdict>(
  image: DiskImage<Head, Row, Payment, Verdict>,
): DiskImage<Head, Row, Payment, Verdict> {
  return {
    head: image.head,
    records: new Map(image.records),
    payments: new Map(image.payments),
    values: new Map(image.values),
    copies: new Map(image.copies),
  }
}
