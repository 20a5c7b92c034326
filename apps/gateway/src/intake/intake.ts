import { type SealedRecord, signStatement } from '@holdfast/envelope'
import type {
  ErrorCode,
  GenerationMark,
  IntakeReceipt,
  Manifest,
  OutcomeStatement,
  Signed,
  Verdict,
  WireRecord,
} from '@holdfast/protocol'
import type { GatewayWorld } from '../gateway-world.ts'
import { type MoneyTask, taskOfPayment, taskOfRecord } from '../money/money-task.ts'
import { settle } from '../payments/settle.ts'
import type { DeviceRow, GatewayChange, PaymentRow, RecordRow } from '../store/gateway-store.ts'
import { type Applied, applyRecord, type Arrival } from './apply-record.ts'
import { adoptOutcome, openOutcomes } from './adopt-outcome.ts'
import { doubtedRow, type Doubts, doubtsOf } from './doubts.ts'
import { openItem } from './open-item.ts'

const TRIES_MAX = 5
const FAILURES_MAX = 3
/** What the first record of a device continues. */
const FIRST = ''

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

interface BatchTerms {
  readonly presented: boolean
  readonly statedSeq: number
  /** As in the manifest. */
  readonly throughSeq: number | undefined
  readonly review: ErrorCode | null
  readonly mark: GenerationMark | undefined
  readonly outcomes: readonly Signed[]
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
  const opening = await Promise.all(items.map((item) => openItem(world.crypto, ownerOf(device), item)))
  const opened = opening.flatMap((result) => (result.ok ? [result.record] : []))
  const doubts = await doubtsOf(world, opened, terms.mark)
  const outcomes = await openOutcomes(world, device, terms.outcomes, doubts.generation)
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const nowMs = world.clock.wallMs()
    const batch = await readBatch(world, device, { opened, outcomes, doubts, nowMs, terms })
    const verdicts: Verdict[] = []
    for (const result of opening) {
      if (result.ok) {
        batch.apply(result.record)
        verdicts.push(batch.verdictOf(result.record.hash))
      } else {
        batch.keepRefused(result.itemHash, result.wire, result.code)
        verdicts.push({ hash: result.hash, verdict: 'parked', code: result.code })
      }
    }
    for (const outcome of outcomes) batch.adopt(outcome)
    if ((await world.store.commit(await batch.change(terms))) === 'committed') {
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

async function readBatch(
  world: GatewayWorld,
  device: DeviceRow,
  input: {
    readonly opened: readonly SealedRecord[]
    readonly outcomes: readonly OutcomeStatement[]
    readonly doubts: Doubts
    readonly nowMs: number
    readonly terms: BatchTerms
  },
) {
  const { opened, outcomes, doubts, nowMs, terms } = input
  const hashes = opened.map((record) => record.hash)
  const prevs = opened.flatMap((record) => record.header.prev ?? [])
  const links = [...new Set([...hashes, ...prevs])]
  const [known, lookup] = await Promise.all([
    world.store.knownRecords(device.deviceId, {
      hashes: links,
      prevs: links,
      first: opened.some((record) => record.header.prev === null),
    }),
    // A payment that moves between the two reads is a conflict at the commit.
    world.store.payments(device.account, [
      ...new Set([...opened.flatMap(paymentOf), ...outcomes.map(({ payment }) => payment)]),
    ]),
  ])
  const parkedByHash = new Map(known.map((record) => [record.hash, record.parkedCode]))
  const hashByPrev = new Map(known.map((record) => [record.prev ?? FIRST, record.hash]))
  const before = new Map(lookup.rows.map((row) => [row.story.paymentId, row]))
  const doubted = await Promise.all(lookup.rows.map((row) => doubtedRow(world, row, doubts.generation)))
  const after = new Map(doubted.map((row) => [row.story.paymentId, row]))
  const voids = new Map(
    lookup.voids.filter((row) => row.deviceId === device.deviceId).map((row) => [row.paymentId, row.reason]),
  )
  const records: RecordRow[] = []
  const refusals = new Map<string, ErrorCode>()
  const newVoids: NonNullable<GatewayChange['voids']>[number][] = []
  const tasks: MoneyTask[] = []

  function park(hash: string, wire: WireRecord, code: ErrorCode, record: SealedRecord): void {
    parkedByHash.set(hash, code)
    records.push(recordRow(device, hash, wire, code, nowMs, record))
  }

  function apply(record: SealedRecord): void {
    const { header, hash, wire } = record
    const isKnown = parkedByHash.has(hash)
    // A known record is answered as it was; only an attempt that now asks to be authorised goes on.
    if (isKnown && !(terms.presented && parkedByHash.get(hash) === null)) return
    if (!isKnown && terms.review !== null) {
      park(hash, wire, terms.review, record)
      return
    }
    const forked = (hashByPrev.get(header.prev ?? FIRST) ?? hash) !== hash
    if (!isKnown && (forked || (header.prev !== null && parkedByHash.get(header.prev) === 'record_fork'))) {
      park(hash, wire, 'record_fork', record)
      return
    }
    hashByPrev.set(header.prev ?? FIRST, hash)
    const paymentId = paymentOf(record)[0]
    const row = paymentId === undefined ? null : (after.get(paymentId) ?? null)
    const arrival: Arrival = {
      device,
      nowMs,
      link: world.profile.link,
      randomBytes: (length) => world.crypto.randomBytes(length),
      presented: terms.presented,
      ...doubts.of(record),
      reversibleBeforeMs:
        row !== null && row.asOf < doubts.generation ? nowMs - world.profile.unclaimedReversalMs : 0,
    }
    const applied: Applied = applyRecord(row, voids.get(paymentId ?? ''), record, arrival)
    if ('parked' in applied && !terms.presented) {
      park(hash, wire, applied.parked, record)
      return
    }
    parkedByHash.set(hash, null)
    if (header.kind === 'payment.voided' && !voids.has(header.payment)) {
      voids.set(header.payment, header.reason)
      const { account, deviceId } = device
      newVoids.push({ account, paymentId: header.payment, deviceId, reason: header.reason })
    }
    if (!isKnown) records.push(recordRow(device, hash, wire, null, nowMs, record))
    if ('parked' in applied) {
      // The record is in good order; it is only too late for what it asks.
      refusals.set(hash, applied.parked)
      return
    }
    if (applied.row !== null && applied.row !== row) after.set(applied.row.story.paymentId, applied.row)
    // Too late for a reversal: it stands, and is given back.
    if (header.kind === 'payment.voided' && row?.story.collectedMs !== undefined)
      tasks.push(taskOfPayment({ account: device.account, paymentId: header.payment }, 'voided', { nowMs }))
    if (applied.work !== undefined && paymentId !== undefined && !isKnown)
      tasks.push(taskOfRecord({ account: device.account, paymentId }, hash, applied.work, nowMs))
  }

  return {
    apply,
    adopt(outcome: OutcomeStatement): void {
      const row = after.get(outcome.payment)
      const adopted = row === undefined ? null : adoptOutcome(row, outcome, doubts.generation)
      if (adopted !== null) after.set(outcome.payment, adopted)
    },
    /** Under its own hash: what is not proven to be of the device must not take the place of what is. */
    keepRefused(itemHash: string, wire: WireRecord, code: ErrorCode) {
      records.push(recordRow(device, itemHash, wire, code, nowMs, undefined))
    },
    verdictOf(hash: string): Verdict {
      const parked = parkedByHash.get(hash) ?? null
      return {
        hash,
        verdict: parked === null ? 'received' : 'parked',
        code: parked ?? refusals.get(hash) ?? null,
      }
    },
    touched: () => [...after.keys()],
    async change({ statedSeq, throughSeq }: BatchTerms): Promise<GatewayChange> {
      const changed = [...after].filter(([id, row]) => before.get(id) !== row)
      const parts = await Promise.all(
        changed.map(([id, row]) => settle(world, before.get(id) ?? null, row, nowMs)),
      )
      const lastSeq = Math.max(0, ...opened.map((record) => record.header.seq))
      const receivedSeq = opened.length === 0 ? 0 : (throughSeq ?? lastSeq)
      return {
        records,
        voids: newVoids,
        progress: { deviceId: device.deviceId, statedSeq, receivedSeq },
        payments: parts.flatMap((part) => part.payments ?? []),
        outcomes: parts.flatMap((part) => part.outcomes ?? []),
        events: parts.flatMap((part) => part.events ?? []),
        tasks: [...tasks, ...parts.flatMap((part) => part.tasks ?? [])],
      }
    },
  }
}

function recordRow(
  device: DeviceRow,
  hash: string,
  wire: WireRecord,
  parkedCode: string | null,
  receivedMs: number,
  record: SealedRecord | undefined,
): RecordRow {
  const header = record?.header
  return {
    account: device.account,
    deviceId: device.deviceId,
    hash,
    epoch: header?.epoch ?? null,
    seq: header?.seq ?? null,
    prev: header?.prev ?? null,
    kind: header?.kind ?? null,
    paymentId: record === undefined ? null : (paymentOf(record)[0] ?? null),
    wire: parkedCode === null ? { ...wire, sealed: null } : wire,
    parkedCode,
    receivedMs,
  }
}

function paymentOf(record: SealedRecord): string[] {
  return 'payment' in record.header ? [record.header.payment] : []
}

function ownerOf(device: DeviceRow) {
  return { account: device.account, mode: device.mode, device: device.deviceId, keys: device.keys }
}

function asCode(code: string | null | undefined): ErrorCode {
  return (code ?? 'internal_error') as ErrorCode
}
