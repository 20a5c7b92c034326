import { pooledNodeCrypto } from '@holdfast/envelope/node'
import type { GatewayChange } from '@holdfast/gateway'
import path from 'node:path'
import type { Pool } from 'pg'
import { createBenchGateway, type BenchGateway } from '../gateway/bench-gateway.ts'
import {
  createIntake,
  createPostgresGatewayStore,
  migrate,
  openPool,
  seedDevice,
  startEmbeddedPostgres,
} from '../intake/gateway-database.ts'
import { writePlainly } from '../intake/plain-sql.ts'
import { sellOffline, type SoldOffline } from '../intake/sold-offline.ts'
import { type Lane, type LaneContext, scaled } from '../lane.ts'
import { runsOf, type Spread, spreadOf } from '../measure/statistics.ts'
import { timed } from '../queue/bench-queue.ts'
import type { Cell, Table } from '../report.ts'

/** What the gateway's intake reaches of what its database could take, with the same rows on the same server. */
export const intake: Lane = async (context) => {
  const { quick: isQuick, scratch, tell } = context
  const { rounds, batched, single } = isQuick ? quick : fullOf(context)
  const server = await startEmbeddedPostgres({
    dataDir: path.join(scratch, 'postgres'),
    log: () => undefined,
  })
  const pool = openPool({
    connectionString: server.connectionString,
    connectionsMax: CONNECTIONS,
    log: () => undefined,
  })
  const figures: Figure[] = []
  try {
    await migrate(pool)
    await openConnections(pool)
    const gateway = createBenchGateway()
    for (let round = 0; round < rounds; round += 1) {
      for (const { perRequest, devices, payments } of shapesOf(batched, single)) {
        tell(`intake ${round + 1}/${rounds}: ${devices} device(s), ${perRequest} record(s) per request`)
        const shape = { perRequest, devices, payments }
        figures.push(await measure(pool, gateway, shape))
      }
    }
  } finally {
    await pool.end()
    await server.stop()
  }
  const wrong = figures.filter(({ stored, shape }) => stored !== shape.payments)
  return {
    lane: 'intake',
    tables: [tableOf(figures)],
    notes: [
      `PostgreSQL out of npm, fsync and synchronous_commit on, ${CONNECTIONS} connections; the middle of ${rounds} ` +
        'run(s). Two records per payment. Intake called in this process: no HTTP and no request signature in it.',
      'Plain SQL writes the very rows that intake wrote, request by request in one transaction each, prepared and sent ' +
        'in one round trip as intake does it. It reads and checks nothing: no signature (two per payment), no chain.',
      ...wrong.map(({ stored, shape }) => `!! ${stored} of ${shape.payments} payments are in the database.`),
    ],
    data: figures,
  }
}

function fullOf(context: LaneContext) {
  return { rounds: 3, batched: scaled(4_000, context), single: scaled(1_000, context) }
}

const quick = { rounds: 1, batched: 400, single: 60 }
const CONNECTIONS = 8

interface Shape {
  readonly perRequest: number
  /** Each sends its requests one after the other; together they run at once. */
  readonly devices: number
  readonly payments: number
}

interface Side {
  readonly paymentsPerSecond: number
  readonly requests: Spread
}

interface Figure {
  readonly shape: Shape
  readonly ours: Side
  readonly plain: Side
  /** Accepted payments that the database holds after intake. */
  readonly stored: number
}

function shapesOf(batched: number, single: number): readonly Shape[] {
  return [
    { perRequest: 1, devices: 1, payments: single },
    { perRequest: 1, devices: 8, payments: single },
    { perRequest: 50, devices: 1, payments: batched },
    { perRequest: 50, devices: 4, payments: batched },
  ]
}

async function measure(pool: Pool, gateway: BenchGateway, shape: Shape): Promise<Figure> {
  const sold: SoldOffline[] = []
  for (let device = 0; device < shape.devices; device += 1) {
    sold.push(await sellOffline(gateway, Math.ceil(shape.payments / shape.devices)))
  }
  const payments = sold.reduce((sum, device) => sum + device.payments, 0)

  await begin(pool, sold)
  const changes = new Map<SoldOffline, GatewayChange[]>(sold.map((device) => [device, []]))
  const ours = await race(sold, payments, async (device, samplesMs) => {
    const store = createPostgresGatewayStore(pool)
    const written = changes.get(device)
    const tapped = createIntake({
      ...gateway.world,
      // As the gateway's own process has it.
      crypto: pooledNodeCrypto,
      store: {
        ...store,
        async commit(change) {
          const committed = await store.commit(change)
          if (committed === 'committed') written?.push(change)
          return committed
        },
      },
    })
    const { manifest, records } = device
    for (let first = 0; first < records.length; first += shape.perRequest) {
      const batch = records.slice(first, first + shape.perRequest)
      samplesMs.push(await timed(() => tapped.receive(device.device, { manifest, records: batch })))
    }
  })
  const counted = await pool.query<{ stored: number }>(
    "select count(*)::int as stored from payments where word = 'accepted'",
  )

  await begin(pool, sold)
  const plain = await race(sold, payments, async (device, samplesMs) => {
    for (const change of changes.get(device) ?? [])
      samplesMs.push(await timed(() => writePlainly(pool, change)))
  })
  return { shape: { ...shape, payments }, ours, plain, stored: counted.rows[0]?.stored ?? 0 }
}

/** Whoever is measured first must not pay for them. */
async function openConnections(pool: Pool): Promise<void> {
  await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.query('select pg_sleep(0.05)')))
}

/** Both sides begin with the same empty tables and the same devices. */
async function begin(pool: Pool, sold: readonly SoldOffline[]): Promise<void> {
  await pool.query('truncate accounts cascade')
  for (const { device } of sold) await seedDevice(pool, device)
}

async function race(
  sold: readonly SoldOffline[],
  payments: number,
  run: (device: SoldOffline, samplesMs: number[]) => Promise<void>,
): Promise<Side> {
  const samplesMs: number[] = []
  const tookMs = await timed(() => Promise.all(sold.map((device) => run(device, samplesMs))))
  return { paymentsPerSecond: (payments * 1_000) / tookMs, requests: spreadOf(samplesMs) }
}

function tableOf(figures: readonly Figure[]): Table {
  const nameOf = ({ perRequest, devices }: Shape) =>
    `${perRequest} record${perRequest === 1 ? '' : 's'} per request, ${devices} device${devices === 1 ? '' : 's'}`
  const names = [...new Set(figures.map(({ shape }) => nameOf(shape)))]
  const rows = names.map((name): Cell[] => {
    const own = figures.filter(({ shape }) => nameOf(shape) === name)
    const middle = (value: (figure: Figure) => number) => runsOf(own.map(value)).median
    const share = middle(({ ours, plain }) => (100 * ours.paymentsPerSecond) / plain.paymentsPerSecond)
    return [
      name,
      Math.round(middle(({ ours }) => ours.paymentsPerSecond)),
      middle(({ ours }) => ours.requests.p50Ms),
      middle(({ ours }) => ours.requests.p99Ms),
      Math.round(middle(({ plain }) => plain.paymentsPerSecond)),
      middle(({ plain }) => plain.requests.p50Ms),
      middle(({ plain }) => plain.requests.p99Ms),
      `${Math.round(share)} %`,
    ]
  })
  const ours = ['intake payments/s', 'p50', 'p99']
  const columns = ['request', ...ours, 'plain SQL payments/s', 'p50', 'p99', 'intake / plain']
  return { title: 'Intake on PostgreSQL, milliseconds per request', columns, rows }
}
