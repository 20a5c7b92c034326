import type { Increment } from '@holdfast/core'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Pool } from 'pg'
import type { LinkState, LinkWord } from '../acquirer/link-word.ts'
import type { LateKind } from '../presentments/late-presentments.ts'
import { type DatabaseFigures, readDatabaseFigures } from './database-figures.ts'

/** From a millisecond to the longest wait of a feed. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const LATE_KINDS: readonly LateKind[] = ['capture', 'refund', 'uncaptured']
const OPEN_INCREMENTS: readonly Increment['state'][] = ['due', 'sent', 'unknown', 'reversing']
const LINK_STATES: readonly LinkState[] = ['up', 'down', 'unowned']

export interface GatewayMetrics {
  readonly contentType: string
  observeRequest(request: { method: string; route: string; status: number; tookMs: number }): void
  observeCommit(outcome: 'committed' | 'conflict' | 'failed', tookMs: number): void
  countRecords(verdict: 'received' | 'parked', count: number): void
  countParked(code: string): void
  countEvent(type: string): void
  observeMessage(message: string, answer: string, tookMs: number): void
  /** Of what the gateway is asked to wait with. */
  countAdmission(decision: string): void
  setAdmission(figures: { readonly limit: number; readonly admitted: number; readonly waiting: number }): void
  /** From then on each scrape asks these too. */
  watch(sources: MetricSources): void
  text(): Promise<string>
}

interface MetricSources {
  readonly pool: Pool
  readonly link: string
  /** The window of the acquirer's contract for telling it of a capture. */
  readonly captureWithinMs: number
  readonly linkWord: () => LinkWord
  readonly nowMs: () => number
}

/**
 * What Prometheus reads. Labels are words of our own code (routes, states, codes of the error table), never ids, so that
 * their number is bounded; nothing of a card or a customer is among them. A scrape of a database that does not answer
 * tells the rest.
 */
export function createGatewayMetrics(): GatewayMetrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  function histogram<Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    return new Histogram({ name: `holdfast_${name}`, help, labelNames, buckets: SECONDS, registers })
  }
  function counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    return new Counter({ name: `holdfast_${name}`, help, labelNames, registers })
  }
  function gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) {
    return new Gauge({ name: `holdfast_${name}`, help, labelNames, registers })
  }

  const requests = histogram('http_request_seconds', 'Time to the answer of a request.', [
    'method',
    'route',
    'status',
  ])
  const commits = histogram('store_commit_seconds', 'Time of a commit of intake or authoriser.', ['outcome'])
  const messages = histogram('acquirer_message_seconds', 'Time to the answer of a message to the acquirer.', [
    'message',
    'answer',
  ])
  const records = counter('intake_records_total', 'Records of devices, by verdict.', ['verdict'])
  const parked = counter('intake_parked_total', 'Records kept for a human, by code.', ['code'])
  const events = counter('events_total', 'Events written to the outbox, by type.', ['type'])
  const admission = counter('admission_total', 'Uploads of stored records, by what was decided.', [
    'decision',
  ])
  const admissionLimit = gauge('admission_limit', 'Uploads that may be worked on at once.')
  const admissionNow = gauge('admission_uploads', 'Uploads now, by state.', ['state'])
  const due = gauge('due_payments', 'Payments whose next step at the acquirer is due; counted to 100000.')
  const dueAge = gauge('due_oldest_seconds', 'Age of the oldest sale among the due payments.')
  const attention = gauge('attention_payments', 'Payments that wait for a human.')
  const atRisk = gauge('at_risk_minor', 'Accepted and not decided, in minor units.', ['currency'])
  const atRiskCount = gauge('at_risk_payments', 'Payments accepted and not decided.', ['currency'])
  const late = gauge(
    'presentments_late',
    'What the acquirer has to hear of in the last quarter of its window: capture, refund, uncaptured.',
    ['what'],
  )
  const stuckIncrements = gauge(
    'increments_stuck',
    'More that was asked for on holds and that nobody answered in time, by state: due, sent, unknown, reversing.',
    ['state'],
  )
  const backlog = gauge('outbox_unpublished_events', 'Events that nobody was told of yet; counted to 100000.')
  const jobs = gauge('jobs', 'Background jobs, by state; counted to 100000.', ['state'])
  const pool = gauge('database_connections', 'Connections of the pool, by state.', ['state'])
  const link = gauge('acquirer_link', 'One for the state that the acquirer link is in.', ['state'])
  const database = gauge('database_up', 'Whether the database answered this scrape.')
  let sources: MetricSources | null = null

  function setFigures(figures: DatabaseFigures): void {
    due.set(figures.due)
    dueAge.set(figures.dueOldestMs / 1_000)
    attention.set(figures.attention)
    backlog.set(figures.unpublishedEvents)
    jobs.set({ state: 'due' }, figures.dueJobs)
    jobs.set({ state: 'parked' }, figures.parkedJobs)
    late.reset()
    for (const what of LATE_KINDS) late.set({ what }, 0)
    for (const { what, count } of figures.late) late.set({ what }, count)
    for (const state of OPEN_INCREMENTS) stuckIncrements.set({ state }, 0)
    for (const { state, count } of figures.stuckIncrements) stuckIncrements.set({ state }, count)
    atRisk.reset()
    atRiskCount.reset()
    for (const { currency, minor, count } of figures.atRisk) {
      atRisk.set({ currency }, minor)
      atRiskCount.set({ currency }, count)
    }
  }

  async function refresh(asked: MetricSources): Promise<void> {
    const { pool: connections, link: name, captureWithinMs, linkWord, nowMs } = asked
    pool.set({ state: 'used' }, connections.totalCount - connections.idleCount)
    pool.set({ state: 'idle' }, connections.idleCount)
    pool.set({ state: 'awaited' }, connections.waitingCount)
    const { state } = linkWord()
    for (const each of LINK_STATES) link.set({ state: each }, each === state ? 1 : 0)
    const figures = await readDatabaseFigures(connections, {
      link: name,
      captureWithinMs,
      nowMs: nowMs(),
    })
    database.set(figures === null ? 0 : 1)
    if (figures !== null) setFigures(figures)
  }

  return {
    contentType: registry.contentType,
    observeRequest: ({ method, route, status, tookMs }) =>
      requests.observe({ method, route, status: String(status) }, tookMs / 1_000),
    observeCommit: (outcome, tookMs) => commits.observe({ outcome }, tookMs / 1_000),
    countRecords: (verdict, count) => records.inc({ verdict }, count),
    countParked: (code) => parked.inc({ code }),
    countEvent: (type) => events.inc({ type }),
    observeMessage: (message, answer, tookMs) => messages.observe({ message, answer }, tookMs / 1_000),
    countAdmission: (decision) => admission.inc({ decision }),
    setAdmission({ limit, admitted, waiting }) {
      admissionLimit.set(limit)
      admissionNow.set({ state: 'admitted' }, admitted)
      admissionNow.set({ state: 'waiting' }, waiting)
    },
    watch: (from) => void (sources = from),
    async text() {
      if (sources !== null) await refresh(sources)
      return registry.metrics()
    },
  }
}
