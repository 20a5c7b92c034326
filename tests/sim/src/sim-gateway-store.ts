import { type Engine, type FaultCounters, never, type Random, type SimulatedProcess } from '@holdfast/testing'
import { restoreSnapshot, takeSnapshot } from './database-snapshot.ts'
import {
  createMemoryGatewayStore,
  type GatewayChange,
  type GatewayStore,
  type MemoryGatewayState,
} from '@holdfast/gateway'

/** Probabilities per operation. */
export interface DatabaseFaults {
  /** COMMIT answers with an error, and the transaction took place or did not: the gateway cannot know. */
  readonly commitUnknown: number
  readonly readFails: number
  readonly slow: number
  /** A commit that is answered and lost when the process dies soon after: a mutant, not a fault that can be survived. */
  readonly lies: number
}

export const NO_DATABASE_FAULTS: DatabaseFaults = { commitUnknown: 0, readFails: 0, slow: 0, lies: 0 }

const CACHE_MS = 5_000

export const databaseFaultNames = [
  'db.commit_error_applied',
  'db.commit_error_not_applied',
  'db.read_failed',
  'db.slow',
  'db.in_flight_landed',
  'db.in_flight_lost',
] as const

/** The gateway's memory store behind a network and a server that may fail; the state outlives every process. */
export function simGatewayStore(options: {
  readonly engine: Engine
  readonly random: Random
  readonly counters: FaultCounters
  readonly state: MemoryGatewayState
  readonly process: SimulatedProcess
  readonly faults: () => DatabaseFaults
  /** Sees each change after it was written. */
  readonly onCommit: (change: GatewayChange) => void
}): GatewayStore {
  const { engine, random, counters, state, process, faults } = options
  const store = createMemoryGatewayStore(state)

  function met(name: (typeof databaseFaultNames)[number], probability: number): boolean {
    if (!random.chance(probability)) return false
    counters.hit(name)
    engine.tell(`${process.name}: ${name}`)
    return true
  }

  function delayMs(): number {
    return met('db.slow', faults().slow) ? random.int(200, 4_000) : random.int(0, 3)
  }

  function read<T>(label: string, look: () => Promise<T>): Promise<T> {
    if (!process.step(label)) return never()
    return new Promise((resolve, reject) => {
      engine.after(delayMs(), `${process.name} ${label}`, () => {
        if (!process.step(`${label} answered`)) return
        if (met('db.read_failed', faults().readFails))
          return process.deliver(() => reject(new Error('connection lost')))
        void look().then((found) => process.deliver(() => resolve(found)))
        return undefined
      })
    })
  }

  async function apply(change: GatewayChange): Promise<'committed' | 'conflict'> {
    const before = process.isAlive() && random.chance(faults().lies) ? takeSnapshot(state) : null
    if (before !== null) {
      const unsubscribe = process.onKill(() => restoreSnapshot(state, before))
      engine.after(CACHE_MS, `${process.name} cache written`, unsubscribe)
    }
    const result = await store.commit(change)
    if (result === 'committed') options.onCommit(change)
    return result
  }

  function commit(change: GatewayChange): Promise<'committed' | 'conflict'> {
    if (!process.step('db commit')) return never()
    return new Promise((resolve, reject) => {
      engine.after(delayMs(), `${process.name} commit`, () => {
        if (!process.isAlive()) {
          const landed = random.chance(0.5)
          counters.hit(landed ? 'db.in_flight_landed' : 'db.in_flight_lost')
          if (landed) void apply(change)
          return
        }
        const unknown = random.chance(faults().commitUnknown)
        const applied = !unknown || random.chance(0.5)
        if (unknown) counters.hit(applied ? 'db.commit_error_applied' : 'db.commit_error_not_applied')
        if (!applied) return process.deliver(() => reject(new Error('COMMIT failed')))
        void apply(change).then((result) => {
          if (unknown) return process.deliver(() => reject(new Error('COMMIT failed')))
          if (process.step(`db ${result}`)) process.deliver(() => resolve(result))
          return undefined
        })
        return undefined
      })
      // Dead from here on: the transaction is under way and lands or does not.
      process.step('db commit under way')
    })
  }

  return {
    device: (deviceId) => read('db device', () => store.device(deviceId)),
    knownRecords: (deviceId, query) => read('db known records', () => store.knownRecords(deviceId, query)),
    payments: (account, ids) => read('db payments', () => store.payments(account, ids)),
    commit,
    duePayments: (query) => read('db due payments', () => store.duePayments(query)),
    claimLink: (claim) => read('db claim link', () => store.claimLink(claim)),
    feed: (query) => read('db feed', () => store.feed(query)),
    parkedRecords: (account, of) => read('db parked records', () => store.parkedRecords(account, of)),
    generation: () => read('db generation', () => store.generation()),
  }
}
