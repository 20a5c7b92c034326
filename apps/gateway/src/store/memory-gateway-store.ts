import { must } from '@holdfast/core'
import type { MoneyTask } from '../money/money-task.ts'
import type {
  Decision,
  DeviceRow,
  EventRow,
  FeedRow,
  GatewayChange,
  GatewayStore,
  KnownRecord,
  LinkOwnership,
  ParkedRecord,
  PaymentRow,
  RecordRow,
  ReviewRow,
  VoidRow,
} from './gateway-store.ts'

/** What a restart finds: the simulation keeps it across crashes of the gateway, and copies it for a restore. */
export interface MemoryGatewayState {
  readonly devices: Map<string, DeviceRow>
  readonly records: Map<string, RecordRow & { readonly decision?: Decision }>
  readonly reviews: Map<string, ReviewRow>
  readonly payments: Map<string, PaymentRow>
  readonly voids: Map<string, VoidRow>
  readonly feeds: Map<string, FeedRow[]>
  readonly events: Map<string, EventRow>
  readonly tasks: Map<string, MoneyTask>
  readonly links: Map<string, { owner: string; generation: number; untilMs: number; stanNext: number }>
  generation: number
}

export function newMemoryGatewayState(): MemoryGatewayState {
  return {
    devices: new Map(),
    records: new Map(),
    reviews: new Map(),
    payments: new Map(),
    voids: new Map(),
    feeds: new Map(),
    events: new Map(),
    tasks: new Map(),
    links: new Map(),
    generation: 1,
  }
}

/**
 * What a restore by the book does once an older copy is in place: devices start again, and no STAN of the lost day is
 * handed out twice. The SQL of it is in `operations/`.
 */
export function beginGeneration(state: MemoryGatewayState): void {
  state.generation += 1
  for (const [link, held] of state.links)
    state.links.set(link, { ...held, stanNext: ((held.stanNext - 1 + STANS_SKIPPED) % 999_999) + 1 })
}

/** More than a link uses in the time that a backup may be old, and far from coming round. */
const STANS_SKIPPED = 333_333

/** The store of the simulation. Every operation is atomic: it runs to its end within one turn of the event loop. */
export function createMemoryGatewayStore(state: MemoryGatewayState): GatewayStore {
  return {
    device: (deviceId) => Promise.resolve(state.devices.get(deviceId) ?? null),
    knownRecords(deviceId, { hashes, prevs, first = false }) {
      const known: KnownRecord[] = []
      for (const record of state.records.values()) {
        if (record.deviceId !== deviceId) continue
        const continues = record.prev === null ? first && record.kind !== null : prevs.includes(record.prev)
        if (hashes.includes(record.hash) || continues) {
          const parkedCode = record.decision === 'released' ? null : record.parkedCode
          known.push({ hash: record.hash, prev: record.prev, parkedCode })
        }
      }
      return Promise.resolve(known)
    },
    payments(account, paymentIds) {
      const rows = paymentIds.flatMap((id) => state.payments.get(`${account}/${id}`) ?? [])
      const wanted = new Set(paymentIds.map((id) => `${account}/${id}`))
      const voids = [...state.voids].flatMap(([key, row]) =>
        wanted.has(key.slice(0, key.lastIndexOf('/'))) ? [row] : [],
      )
      return Promise.resolve({ rows, voids })
    },
    commit: (change) => Promise.resolve(commit(state, change)),
    duePayments({ link, nowMs, holdMs, liveMax, storedMax }) {
      const waiting = [...state.payments.values()]
        .filter((row) => row.link === link && row.dueMs !== null && row.attention === null)
        .sort((a, b) => a.openedMs - b.openedMs || (a.story.paymentId < b.story.paymentId ? -1 : 1))
      const oldest = new Map<string, PaymentRow>()
      for (const row of waiting)
        if (row.storedMs !== null && !oldest.has(row.deviceId)) oldest.set(row.deviceId, row)
      const isOverHold = ({ receivedMs }: PaymentRow) => receivedMs + holdMs <= nowMs
      const rows = waiting.filter((row) => {
        const first = oldest.get(row.deviceId) ?? row
        return isDue(state, row, nowMs) && (!isHeld(state, row) || (isOverHold(row) && isOverHold(first)))
      })
      const live = rows.filter((row) => row.storedMs === null).slice(0, liveMax)
      const stored = rows.filter((row) => row.storedMs !== null).slice(0, storedMax)
      return Promise.resolve([...live, ...stored])
    },
    claimLink({ link, owner, nowMs, leaseMs, stans }) {
      const held = state.links.get(link)
      if (held !== undefined && held.owner !== owner && held.untilMs > nowMs) return Promise.resolve(null)
      const firstStan = held?.stanNext ?? 1
      const generation = held === undefined ? 1 : held.owner === owner ? held.generation : held.generation + 1
      const untilMs = nowMs + leaseMs
      state.links.set(link, { owner, generation, untilMs, stanNext: ((firstStan - 1 + stans) % 999_999) + 1 })
      return Promise.resolve<LinkOwnership>({ generation, untilMs, firstStan })
    },
    feed({ deviceId, after, limit }) {
      const items = state.feeds.get(deviceId) ?? []
      return Promise.resolve(items.filter((item) => item.n > after).slice(0, limit))
    },
    parkedRecords(account, { paymentId, deviceId }) {
      const parked = [...state.records.values()].flatMap((record): ParkedRecord[] => {
        const { parkedCode, decision = null } = record
        const isOther =
          record.account !== account ||
          (paymentId !== undefined && record.paymentId !== paymentId) ||
          (deviceId !== undefined && record.deviceId !== deviceId)
        return parkedCode === null || isOther ? [] : [{ ...record, parkedCode, decision }]
      })
      return Promise.resolve(parked.toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0)))
    },
    generation: () => Promise.resolve(state.generation),
  }
}

function isDue(state: MemoryGatewayState, row: PaymentRow, nowMs: number): boolean {
  if (row.dueMs === null || row.dueMs > nowMs) return false
  const { syncedGeneration, status } = deviceOf(state, row)
  const mayComeBack = syncedGeneration < state.generation && status !== 'revoked'
  return row.asOf >= state.generation || !mayComeBack
}

/** Its device is still delivering. */
function isHeld(state: MemoryGatewayState, row: PaymentRow): boolean {
  const { receivedSeq, statedSeq } = deviceOf(state, row)
  return row.storedMs !== null && receivedSeq < statedSeq
}

function deviceOf(state: MemoryGatewayState, { deviceId }: PaymentRow): DeviceRow {
  return must(state.devices.get(deviceId), 'a payment has a device')
}

function commit(state: MemoryGatewayState, change: GatewayChange): 'committed' | 'conflict' {
  if (change.fence !== undefined) {
    if (state.links.get(change.fence.link)?.generation !== change.fence.generation) return 'conflict'
  }
  for (const row of change.payments ?? []) {
    const before = state.payments.get(`${row.account}/${row.story.paymentId}`)
    if ((before?.version ?? 0) !== row.version) return 'conflict'
  }
  if (leavesUnvoided(state, change)) return 'conflict'
  if (forks(state, change)) return 'conflict'
  if (change.review !== undefined && !decide(state, change.review)) return 'conflict'
  for (const row of change.payments ?? []) {
    state.payments.set(`${row.account}/${row.story.paymentId}`, { ...row, version: row.version + 1 })
  }
  for (const record of change.records ?? []) {
    const key = `${record.deviceId}/${record.hash}`
    if (state.records.has(key)) continue
    state.records.set(key, record)
    const device = record.parkedCode === 'record_fork' ? state.devices.get(record.deviceId) : undefined
    if (device !== undefined) state.devices.set(device.deviceId, { ...device, forked: true })
  }
  for (const item of change.voids ?? []) {
    const { account, ...row } = item
    const key = `${account}/${row.paymentId}/${row.deviceId}`
    if (!state.voids.has(key)) state.voids.set(key, row)
  }
  if (change.progress !== undefined) {
    const { deviceId, statedSeq, receivedSeq, syncedGeneration = 0 } = change.progress
    const device = must(state.devices.get(deviceId), 'progress is of a known device')
    state.devices.set(deviceId, {
      ...device,
      statedSeq: Math.max(device.statedSeq, statedSeq),
      receivedSeq: Math.max(device.receivedSeq, receivedSeq),
      syncedGeneration: Math.max(device.syncedGeneration, syncedGeneration),
    })
  }
  for (const outcome of change.outcomes ?? []) {
    const items = state.feeds.get(outcome.deviceId) ?? []
    state.feeds.set(outcome.deviceId, [
      ...items,
      { type: 'outcome', n: items.length + 1, statement: outcome.statement },
    ])
  }
  for (const event of change.events ?? []) state.events.set(event.id, event)
  for (const task of change.tasks ?? []) {
    const key = `${task.account}/${task.taskId}`
    if (!state.tasks.has(key)) state.tasks.set(key, task)
  }
  if (change.lease !== undefined) {
    const device = must(state.devices.get(change.lease.deviceId), 'a lease is of a known device')
    state.devices.set(device.deviceId, { ...device, lease: change.lease.lease })
  }
  return 'committed'
}

/** False when one of the records does not wait any more. */
function decide(state: MemoryGatewayState, review: ReviewRow): boolean {
  const keys = review.hashes.map((hash) => `${review.deviceId}/${hash}`)
  const waiting = keys.map((key) => state.records.get(key))
  if (waiting.some((record) => record === undefined || record.decision !== undefined)) return false
  for (const [at, key] of keys.entries()) {
    if (review.decision === 'resolved') break
    const record = must(waiting[at], 'it was looked up')
    state.records.set(key, { ...record, wire: { ...record.wire, sealed: null }, decision: review.decision })
  }
  state.reviews.set(review.reviewId, review)
  const forked = [...state.records.values()].some(
    ({ deviceId, parkedCode, decision }) =>
      deviceId === review.deviceId && parkedCode === 'record_fork' && decision === undefined,
  )
  const { forked: _, ...device } = must(state.devices.get(review.deviceId), 'a record has a device')
  state.devices.set(device.deviceId, forked ? { ...device, forked } : device)
  return true
}

/** Two records in good order that continue the same one. */
function forks(state: MemoryGatewayState, { records = [] }: GatewayChange): boolean {
  const place = ({ deviceId, prev }: RecordRow) => `${deviceId}/${prev ?? ''}`
  const inOrder = (record: RecordRow) => record.parkedCode === null && record.kind !== null
  const fresh = new Map<string, string>()
  for (const record of records.filter(inOrder)) {
    if (state.records.has(`${record.deviceId}/${record.hash}`)) continue
    if ((fresh.get(place(record)) ?? record.hash) !== record.hash) return true
    fresh.set(place(record), record.hash)
  }
  if (fresh.size === 0) return false
  for (const record of state.records.values()) {
    if (inOrder(record) && fresh.has(place(record))) return true
  }
  return false
}

function mayBeVoided({ story }: PaymentRow): boolean {
  return story.word.said !== 'voided' && story.collectedMs === undefined
}

/** A void and its payment that arrive at the same moment: whoever comes second must have seen the first. */
function leavesUnvoided(state: MemoryGatewayState, { payments = [], voids = [] }: GatewayChange): boolean {
  const written = new Map(payments.map((row) => [`${row.account}/${row.story.paymentId}`, row]))
  const voided = new Set(voids.map((item) => `${item.account}/${item.paymentId}/${item.deviceId}`))
  const stands = (key: string): boolean => {
    const at = key.lastIndexOf('/')
    const row = written.get(key.slice(0, at)) ?? state.payments.get(key.slice(0, at))
    return row !== undefined && mayBeVoided(row) && row.deviceId === key.slice(at + 1)
  }
  const opened = payments.flatMap(({ account, story, deviceId, version }) =>
    version === 0 ? [`${account}/${story.paymentId}/${deviceId}`] : [],
  )
  return (
    [...voided].some(stands) || opened.some((key) => (voided.has(key) || state.voids.has(key)) && stands(key))
  )
}
