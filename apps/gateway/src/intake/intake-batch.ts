import type { SealedRecord } from '@holdfast/envelope'
import type {
  ErrorCode,
  GenerationMark,
  OutcomeStatement,
  Signed,
  Verdict,
  WireRecord,
} from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { type MoneyTask, taskOfPayment, taskOfRecord } from '../money/money-task.ts'
import { settle } from '../payments/settle.ts'
import type { DeviceRow, GatewayChange, PaymentRow, RecordRow } from '../store/gateway-store.ts'
import { adoptOutcome } from './adopt-outcome.ts'
import { type Applied, applyRecord, type Arrival } from './apply-record.ts'
import { doubtedRow, type Doubts } from './doubts.ts'
import { type Found, paymentOf } from './look-up.ts'

/** What the first record of a device continues. */
const FIRST = ''

export interface BatchTerms {
  readonly presented: boolean
  readonly statedSeq: number
  /** As in the manifest. */
  readonly throughSeq: number | undefined
  readonly review: ErrorCode | null
  readonly mark: GenerationMark | undefined
  readonly outcomes: readonly Signed[]
}

/** One batch of proven records as it is decided: what is there before it, and what it makes of that. */
export async function createIntakeBatch(
  world: GatewayWorld,
  device: DeviceRow,
  input: {
    readonly opened: readonly SealedRecord[]
    readonly found: Found
    readonly outcomes: readonly OutcomeStatement[]
    readonly doubts: Doubts
    readonly nowMs: number
    readonly terms: BatchTerms
  },
) {
  const { opened, found, outcomes, doubts, nowMs, terms } = input
  const { known, payments } = found
  // What was looked up for a record that turned out not to be genuine stays as it is.
  const meant = new Set([...opened.flatMap(paymentOf), ...outcomes.map(({ payment }) => payment)])
  const rows = payments.rows.filter((row) => meant.has(row.story.paymentId))
  const parkedByHash = new Map(known.map((record) => [record.hash, record.parkedCode]))
  const hashByPrev = new Map(known.map((record) => [record.prev ?? FIRST, record.hash]))
  const before = new Map(rows.map((row) => [row.story.paymentId, row]))
  const doubted = await Promise.all(rows.map((row) => doubtedRow(world, row, doubts.generation)))
  const after = new Map(doubted.map((row) => [row.story.paymentId, row]))
  const voids = new Map(
    payments.voids
      .filter((row) => row.deviceId === device.deviceId)
      .map((row) => [row.paymentId, row.reason]),
  )
  const records: RecordRow[] = []
  const refusals = new Map<string, ErrorCode>()
  const newVoids: NonNullable<GatewayChange['voids']>[number][] = []
  const tasks: MoneyTask[] = []

  function park(hash: string, wire: WireRecord, code: ErrorCode, record: SealedRecord): void {
    parkedByHash.set(hash, code)
    records.push(recordRow(device, hash, wire, code, nowMs, record))
  }

  /**
   * The copy had been told of the try: its device may have asked the database that is lost to put it to the issuer. That
   * the sale is closed by now says nothing, for what is new comes before what is told again.
   */
  function mayHaveAsked(record: SealedRecord, row: PaymentRow | null): boolean {
    if (record.header.kind !== 'attempt.started' || row === null) return false
    return row.asOf < doubts.generation && doubts.of(record).doubt !== null
  }

  function apply(record: SealedRecord): void {
    const { header, hash, wire } = record
    const isKnown = parkedByHash.has(hash)
    const paymentId = paymentOf(record)[0]
    const row = paymentId === undefined ? null : (after.get(paymentId) ?? null)
    // A known record is answered as it was; only an attempt goes on that now asks to be authorised, or may have asked.
    if (isKnown && (parkedByHash.get(hash) !== null || !(terms.presented || mayHaveAsked(record, row))))
      return
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
    async change(): Promise<GatewayChange> {
      const changed = [...after].filter(([id, row]) => before.get(id) !== row)
      const parts = await Promise.all(
        changed.map(([id, row]) => settle(world, before.get(id) ?? null, row, nowMs)),
      )
      const lastSeq = Math.max(0, ...opened.map((record) => record.header.seq))
      const receivedSeq = opened.length === 0 ? 0 : (terms.throughSeq ?? lastSeq)
      return {
        records,
        voids: newVoids,
        progress: { deviceId: device.deviceId, statedSeq: terms.statedSeq, receivedSeq },
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
