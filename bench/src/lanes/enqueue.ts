import path from 'node:path'
import { type Contestant, enqueueContestants, quickEnqueueContestants } from '../contestants.ts'
import { type DrainServer, startGatewayServer, startPlainServer } from '../http/drain-server.ts'
import { type Lane, type LaneContext, scaled } from '../lane.ts'
import { missingOf } from '../measure/check-delivery.ts'
import { countFsyncs, countFsyncsOf, processGroupOf, straceCommand } from '../measure/count-fsyncs.ts'
import { runWorker } from '../measure/run-worker.ts'
import { runsOf, type Spread, spreadOf } from '../measure/statistics.ts'
import { type AppendAnswer, nodeQueueProgram, type NodeTask } from '../node/node-task.ts'
import { NOWHERE } from '../queue/bench-queue.ts'
import type { LaneReport, Table } from '../report.ts'
import { type BrowserSession, openBrowserSession } from '../web/browser-session.ts'

/** What storing one payment costs, and whether what was called stored is still there afterwards. */
export const enqueue: Lane = async (context) => {
  const sizes = context.quick ? quick : fullOf(context)
  const servers = await startServers()
  const wanted = context.quick ? quickEnqueueContestants : enqueueContestants
  const figures: Figure[] = wanted
    .filter(({ on }) => on === 'node' || context.browser)
    .map((contestant) => ({ contestant, runs: [], fsyncsPerRecord: null, acknowledged: 0, missing: 0 }))
  const shared =
    context.quick && context.browser ? await openBrowserSession(path.join(context.scratch, 'profile')) : null
  try {
    // Round by round and not queue by queue: a noisy minute of the machine then hits all of them.
    for (let round = 0; round < sizes.rounds; round += 1) {
      for (const figure of figures) {
        context.tell(`enqueue ${round + 1}/${sizes.rounds}: ${figure.contestant.label}`)
        const run = { context, servers, sizes, round, shared }
        await (figure.contestant.on === 'node' ? measureNode(run, figure) : measureBrowser(run, figure))
      }
    }
  } finally {
    await shared?.close()
    for (const server of Object.values(servers)) server.close()
  }
  return reportOf(figures, sizes, context)
}

interface Sizes {
  readonly rounds: number
  readonly warmUp: number
  readonly node: number
  readonly chromium: number
  readonly traced: number
}

const quick: Sizes = { rounds: 1, warmUp: 10, node: 150, chromium: 60, traced: 40 }

function fullOf(context: LaneContext): Sizes {
  const count = scaled(3_000, context)
  return { rounds: 3, warmUp: 50, node: count, chromium: count, traced: 200 }
}

interface Figure {
  readonly contestant: Contestant
  readonly runs: Spread[]
  /** Null where strace cannot be used. */
  fsyncsPerRecord: number | null
  acknowledged: number
  missing: number
}

interface Servers {
  readonly plain: DrainServer
  readonly gateway: DrainServer
}

interface Run {
  readonly context: LaneContext
  readonly servers: Servers
  readonly sizes: Sizes
  readonly round: number
  /** One browser for all queues, each on a fresh page; null: one browser for each. */
  readonly shared: BrowserSession | null
}

async function startServers(): Promise<Servers> {
  const armed = () => false
  return { plain: await startPlainServer({ armed }), gateway: await startGatewayServer({ armed }) }
}

function urlFor({ ours }: Contestant, { gateway, plain }: Servers): string {
  return ours ? gateway.url : plain.url
}

async function measureNode({ context, servers, sizes, round }: Run, figure: Figure): Promise<void> {
  const { contestant } = figure
  if (contestant.on !== 'node') return
  const folder = path.join(context.scratch, `enqueue-${contestant.queue}`)
  const place = { name: `${folder}-${round}`, url: urlFor(contestant, servers) }
  const { queue } = contestant
  const run = async (input: NodeTask, prefix: readonly string[] = []) =>
    // The worker says so itself.
    (await runWorker({ program: nodeQueueProgram, input, prefix })) as AppendAnswer

  const append = { queue, do: 'append', warmUp: sizes.warmUp } as const
  const { samplesMs, acknowledged, missing } = await run({ ...append, place, count: sizes.node })
  figure.runs.push(spreadOf(samplesMs))
  figure.acknowledged += acknowledged
  figure.missing += missing

  const trace = `${folder}.strace`
  const prefix = round === 0 ? straceCommand(trace) : null
  if (prefix === null) return
  const traced = { ...place, name: `${folder}-traced` }
  await run({ ...append, place: traced, warmUp: 0, count: sizes.traced }, prefix)
  figure.fsyncsPerRecord = countFsyncs(trace, 'between marks') / sizes.traced
}

async function measureBrowser(
  { context, servers, sizes, round, shared }: Run,
  figure: Figure,
): Promise<void> {
  const { contestant } = figure
  if (contestant.on !== 'chromium') return
  const { queue } = contestant
  const place = { name: queue, url: urlFor(contestant, servers) }
  const profile = path.join(context.scratch, `chromium-${queue}-${round}`)
  const session = shared ?? (await openBrowserSession(profile))
  try {
    await session.open(queue, place)
    await session.call('append', sizes.warmUp)
    const samplesMs = (await session.call('append', sizes.chromium)) as number[]
    if (round === 0) {
      const trace = `${profile}.strace`
      const pids = processGroupOf(await session.pid())
      const flushes = await countFsyncsOf(pids, trace, async () => {
        await session.call('append', sizes.traced)
      })
      figure.fsyncsPerRecord = flushes === null ? null : flushes / sizes.traced
    }
    const acknowledged = (await session.call('acknowledged')) as string[]
    await session.open(queue, { ...place, url: NOWHERE })
    const waiting = (await session.call('waiting')) as string[]
    figure.runs.push(spreadOf(samplesMs))
    figure.acknowledged += acknowledged.length
    figure.missing += missingOf(acknowledged, waiting)
  } finally {
    if (shared === null) await session.close()
  }
}

function reportOf(figures: readonly Figure[], sizes: Sizes, { browser }: LaneContext): LaneReport {
  const notes = [
    `Each queue at its own idea of "stored". ${sizes.rounds} fresh process(es), ${sizes.node} records on Node, ` +
      `${sizes.chromium} in Chromium; the middle run, and p99 of all runs. Per second: one after the other.`,
    'A queue with fewer than 1 fsync per record has told "stored" of something that a power cut takes away.',
    'A Holdfast payment is hash, signature, limits, payment list and journal in one commit (1 KB sealed block, about ' +
      '3 KB in all); a whole sale has the durable opening of 4 KB before it. Both fsyncs are counted for either.',
  ]
  if (figures.every(({ fsyncsPerRecord }) => fsyncsPerRecord === null)) {
    notes.push('!! FSYNCS WERE NOT COUNTED: strace is not here or may not be used.')
  }
  if (!browser) notes.push('!! NO BROWSER could be started: its rows are missing.')
  for (const { contestant, missing } of figures) {
    if (missing > 0) notes.push(`!! ${contestant.label}: ${missing} acknowledged records are missing.`)
  }
  const data = figures.map(({ contestant, ...figure }) => ({ ...contestant, ...figure }))
  return {
    lane: 'enqueue',
    tables: [tableOf('Node', 'node', figures), tableOf('Chromium', 'chromium', figures)].filter(
      ({ rows }) => rows.length > 0,
    ),
    notes,
    data,
  }
}

function tableOf(title: string, on: Contestant['on'], figures: readonly Figure[]): Table {
  const rows = figures
    .filter(({ contestant }) => contestant.on === on)
    .map(({ contestant, runs, fsyncsPerRecord, acknowledged, missing }) => {
      const middle = (value: (spread: Spread) => number) => runsOf(runs.map(value)).median
      const p99 = runsOf(runs.map(({ p99Ms }) => p99Ms))
      return [
        contestant.label,
        middle(({ p50Ms }) => p50Ms),
        p99.median,
        `${p99.min.toFixed(1)}–${p99.max.toFixed(1)}`,
        middle(({ p999Ms }) => p999Ms),
        middle(({ maxMs }) => maxMs),
        Math.round(middle(({ perSecond }) => perSecond)),
        fsyncsPerRecord,
        `${acknowledged - missing}/${acknowledged}`,
      ]
    })
  return {
    title: `${title}: storing one payment, milliseconds`,
    columns: ['queue', 'p50', 'p99', 'p99 of runs', 'p99.9', 'max', 'per s', 'fsyncs', 'kept'],
    rows,
  }
}
