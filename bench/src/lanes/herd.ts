import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGatewayPrograms } from '../herd/gateway-programs.ts'
import { addTerminal, deliver, type Delivered, readSealKey, storePayments } from '../herd/herd-terminal.ts'
import { type LiveSales, sellLive } from '../herd/live-sales.ts'
import { openPool, startEmbeddedPostgres } from '../intake/gateway-database.ts'
import { type GatewayShape, type Lane, type LaneContext, scaled } from '../lane.ts'
import { type Spread, spreadOf } from '../measure/statistics.ts'
import type { Table } from '../report.ts'

/** P6: many terminals come back from an outage in the same instant, while one till goes on selling online. */
export const herd: Lane = async (context) => {
  const figures: Figure[] = []
  for (const shape of context.gateways) {
    context.tell(`herd: ${shape}`)
    const home = path.join(context.scratch, shape)
    mkdirSync(home)
    figures.push(await measure(home, shape, sizeOf(context), context.tell))
  }
  const [first] = figures
  const wrong = figures.filter(({ stored, payments }) => stored !== payments)
  return {
    lane: 'herd',
    tables: [liveTable(figures), drainTable(figures)],
    notes: [
      `${first?.terminals ?? 0} terminals with ${PAYMENTS} stored payments each, all at once; real processes for gateway and ` +
        'acquirer, PostgreSQL out of npm. Terminals, live till, gateway, acquirer and database share this machine.',
      'A wasted request was answered 429. A live sale is measured from its request to the issuer’s answer.',
      ...wrong.map(({ stored, payments }) => `!! ${stored} of ${payments} payments are in the database.`),
      ...figures
        .filter(({ idle, drain }) => idle.notApproved + drain.notApproved > 0)
        .map(({ shape }) => `!! Not every live sale was approved (${shape}).`),
    ],
    data: figures.map(({ idle: _idle, drain: _drain, ...figure }) => figure),
  }
}

const PAYMENTS = 200
const rolesOf = { all: ['all'], 'api+worker': ['api', 'worker'] } as const

function sizeOf(context: LaneContext) {
  return context.quick ? { terminals: 6, idleMs: 2_000 } : { terminals: scaled(500, context), idleMs: 10_000 }
}

interface Figure {
  readonly shape: GatewayShape
  readonly terminals: number
  readonly payments: number
  /** Accepted payments that the database holds when all is delivered. */
  readonly stored: number
  readonly drainMs: number
  readonly delivered: Delivered
  readonly idle: LiveSales
  readonly drain: LiveSales
  readonly spreads: Record<'idle' | 'drain', { acknowledged: Spread; answered: Spread }>
}

async function measure(
  home: string,
  shape: GatewayShape,
  { terminals, idleMs }: { terminals: number; idleMs: number },
  tell: (text: string) => void,
): Promise<Figure> {
  const server = await startEmbeddedPostgres({ dataDir: path.join(home, 'postgres'), log: () => undefined })
  const pool = openPool({
    connectionString: server.connectionString,
    connectionsMax: 2,
    log: () => undefined,
  })
  const programs = await startGatewayPrograms({
    databaseUrl: server.connectionString,
    home,
    roles: rolesOf[shape],
  })
  try {
    const sealKey = await readSealKey(pool)
    const till = await addTerminal(pool, 1, sealKey)
    const queues = []
    for (let at = 0; at < terminals; at += 1) {
      tell(`herd: ${at + 1} of ${terminals} terminals sell offline`)
      const device = await addTerminal(pool, at + 2, sealKey)
      queues.push({ device, records: await storePayments(device, PAYMENTS) })
    }
    await sellLive(till, programs.url, after(WARM_UP_MS))
    const idle = await sellLive(till, programs.url, after(idleMs))

    tell(`herd: ${terminals} terminals come back`)
    let isDrained = false
    const selling = sellLive(till, programs.url, () => isDrained)
    const startedMs = performance.now()
    let finished = 0
    const all = await Promise.all(
      queues.map(async ({ device, records }) => {
        const delivered = await deliver(device, records, programs.url)
        finished += 1
        tell(`herd: ${finished} of ${terminals} terminals have delivered`)
        return delivered
      }),
    )
    const drainMs = performance.now() - startedMs
    isDrained = true
    const drain = await selling
    const { rows } = await pool.query<{ stored: number }>(
      'select count(*)::int as stored from payments where stored_ms is not null',
    )
    return {
      shape,
      terminals,
      payments: terminals * PAYMENTS,
      stored: rows[0]?.stored ?? 0,
      drainMs,
      delivered: sumOf(all),
      idle,
      drain,
      spreads: { idle: spreadsOf(idle), drain: spreadsOf(drain) },
    }
  } finally {
    await programs.stop()
    await pool.end()
    await server.stop()
    await sleep(0)
  }
}

const WARM_UP_MS = 1_000

function after(ms: number): () => boolean {
  const untilMs = performance.now() + ms
  return () => performance.now() >= untilMs
}

function sumOf(all: readonly Delivered[]): Delivered {
  const total = (pick: (each: Delivered) => number) => all.reduce((sum, each) => sum + pick(each), 0)
  return {
    requests: total(({ requests }) => requests),
    refused: total(({ refused }) => refused),
    failed: total(({ failed }) => failed),
  }
}

function spreadsOf({ acknowledgedMs, answeredMs }: LiveSales) {
  return { acknowledged: spreadOf(acknowledgedMs), answered: spreadOf(answeredMs) }
}

function liveTable(figures: readonly Figure[]): Table {
  const rows = figures.flatMap(({ shape, spreads: { idle, drain } }) => [
    [
      `${shape}: idle`,
      idle.answered.count,
      idle.acknowledged.p99Ms,
      idle.answered.p50Ms,
      idle.answered.p99Ms,
      null,
    ],
    [
      `${shape}: during the drain`,
      drain.answered.count,
      drain.acknowledged.p99Ms,
      drain.answered.p50Ms,
      drain.answered.p99Ms,
      `${(drain.answered.p99Ms / idle.answered.p99Ms).toFixed(1)} ×`,
    ],
  ])
  const columns = ['gateway', 'sales', 'acknowledged p99', 'answered p50', 'answered p99', 'p99 / idle p99']
  return { title: 'Live sales, milliseconds', columns, rows }
}

function drainTable(figures: readonly Figure[]): Table {
  const rows = figures.map(({ shape, payments, drainMs, delivered: { requests, refused, failed } }) => [
    shape,
    payments,
    drainMs / 1_000,
    Math.round((payments * 1_000) / drainMs),
    requests,
    `${((100 * refused) / requests).toFixed(1)} %`,
    failed,
  ])
  const columns = ['gateway', 'payments', 'drained in s', 'payments/s', 'requests', 'wasted', 'failed']
  return { title: 'A herd that reconnects at once', columns, rows }
}
