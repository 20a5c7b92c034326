import { type SealedRecord, signStatement } from '@holdfast/envelope'
import type {
  ErrorCode,
  GenerationMark,
  IntakeReceipt,
  Manifest,
  Signed,
  Verdict,
  WireRecord,
} from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import type { DeviceRow, PaymentRow } from '../store/gateway-store.ts'
import { openOutcomes } from './adopt-outcome.ts'
import { doubtsOf } from './doubts.ts'
import { type BatchTerms, createIntakeBatch } from './intake-batch.ts'
import { lookUp } from './look-up.ts'
import { readItem } from './read-item.ts'

const TRIES_MAX = 5
const FAILURES_MAX = 3

export interface Intake {
  /** Cheap and durable; never waits for an acquirer. Items are as they came: a bad one never blocks its batch. */
  receive(device: DeviceRow, request: IntakeBatch, carried?: Carried): Promise<Signed>
  /** An online attempt: the same, for one record that asks to be authorised now. */
  present(device: DeviceRow, wire: WireRecord, mark: GenerationMark | undefined): Promise<Presented>
}

interface IntakeBatch {
  readonly manifest: Manifest
  readonly records: readonly unknown[]
  /** What the gateway itself once said of these payments, and may have forgotten. */
  readonly outcomes?: readonly Signed[] | undefined
}

/** Another device brings them. Its word about the owner's head counts for nothing; the records speak for themselves. */
interface Carried {
  /** Why all that is new is kept for a human; null when the owner is in good standing. */
  readonly review: ErrorCode | null
}

type Presented =
  | { readonly ok: true; readonly row: PaymentRow; readonly attemptId: string }
  | { readonly ok: false; readonly code: ErrorCode }

export function createIntake(world: GatewayWorld): Intake {
  return {
    async receive(device, request, carried) {
      const { manifest } = request
      const verdicts = await storeAll(world, device, request.records, {
        presented: false,
        statedSeq: carried === undefined ? manifest.headSeq : 0,
        throughSeq: carried === undefined ? manifest.throughSeq : undefined,
        review: carried?.review ?? null,
        // Who carries another one's records knows nothing of what became of them.
        mark: carried === undefined ? manifest.mark : undefined,
        outcomes: request.outcomes ?? [],
      })
      const receipt: IntakeReceipt = {
        device: device.deviceId,
        generation: await world.store.generation(),
        atMs: world.clock.wallMs(),
        verdicts,
      }
      return signStatement(world.keys.signing, 'receipt', receipt)
    },
    async present(device, wire, mark) {
      const { verdicts, opened } = await store(world, device, [wire], {
        presented: true,
        statedSeq: 0,
        throughSeq: 0,
        review: null,
        mark,
        outcomes: [],
      })
      const [verdict] = verdicts
      const header = opened[0]?.header
      if (verdict === undefined || header?.kind !== 'attempt.started' || wire.sealed === null) {
        return { ok: false, code: verdict?.code === null ? 'record_malformed' : asCode(verdict?.code) }
      }
      if (verdict.code !== null) return { ok: false, code: asCode(verdict.code) }
      const { rows } = await world.store.payments(device.account, [header.payment])
      const row = rows[0]
      return row === undefined
        ? { ok: false, code: 'internal_error' }
        : { ok: true, row, attemptId: header.attempt }
    },
  }
}

interface Stored {
  readonly verdicts: Verdict[]
  readonly opened: SealedRecord[]
}

/**
 * All in one statement; where the database refuses that, one by one, so that a record that it cannot take is left out
 * of the receipt (unknown: kept, and sent again) and holds up no other.
 */
async function storeAll(
  world: GatewayWorld,
  device: DeviceRow,
  items: readonly unknown[],
  terms: BatchTerms,
): Promise<Verdict[]> {
  try {
    return (await store(world, device, items, terms)).verdicts
  } catch (error) {
    if (items.length === 1 || error instanceof IntakeBusy) throw error
    const verdicts: Verdict[] = []
    let failures = 0
    // What is left out may be the void of what is not.
    const alone = { ...terms, throughSeq: 0 }
    for (const item of items) {
      const stored = await store(world, device, [item], alone).catch((cause: unknown) => {
        world.log.error({ device: device.deviceId, error: String(cause) }, 'a record could not be stored')
      })
      verdicts.push(...(stored?.verdicts ?? []))
      failures += stored === undefined ? 1 : 0
      // It is not the records: a database that takes none of them is not asked fifty times.
      if (verdicts.length === 0 && failures === FAILURES_MAX) throw error
    }
    if (verdicts.length === 0) throw error
    return verdicts
  }
}

async function store(
  world: GatewayWorld,
  device: DeviceRow,
  items: readonly unknown[],
  terms: BatchTerms,
): Promise<Stored> {
  const read = await Promise.all(items.map((item) => readItem(world.crypto, ownerOf(device), item)))
  const claimed = read.flatMap((item) => item.claimed ?? [])
  const proving = Promise.all(read.map(({ opened }) => opened))
  const doubts = await doubtsOf(world, claimed, terms.mark)
  const outcomes = await openOutcomes(world, device, terms.outcomes, doubts.generation)
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    // What is believed is decided by `opening` alone; the look-ups only do not wait for it.
    const [opening, found] = await Promise.all([proving, lookUp(world, device, claimed, outcomes)])
    const opened = opening.flatMap((item) => (item.ok ? [item.record] : []))
    const nowMs = world.clock.wallMs()
    const batch = await createIntakeBatch(world, device, { opened, found, outcomes, doubts, nowMs, terms })
    const verdicts: Verdict[] = []
    for (const item of opening) {
      if (item.ok) {
        batch.apply(item.record)
        verdicts.push(batch.verdictOf(item.record.hash))
      } else {
        batch.keepRefused(item.itemHash, item.wire, item.code)
        verdicts.push({ hash: item.hash, verdict: 'parked', code: item.code })
      }
    }
    for (const outcome of outcomes) batch.adopt(outcome)
    if ((await world.store.commit(await batch.change())) === 'committed') {
      for (const paymentId of batch.touched()) world.changes.notify(paymentId)
      world.changes.notify(device.deviceId)
      world.changes.notify('due')
      return { verdicts, opened }
    }
  }
  // Somebody moved the same payments five times; nothing of this batch is written and its outcome is known: none.
  throw new IntakeBusy()
}

/** Retryable: nothing was written. */
export class IntakeBusy extends Error {
  constructor() {
    super('intake lost the race for its payments')
  }
}

function ownerOf(device: DeviceRow) {
  return { account: device.account, mode: device.mode, device: device.deviceId, keys: device.keys }
}

function asCode(code: string | null | undefined): ErrorCode {
  return (code ?? 'internal_error') as ErrorCode
}
