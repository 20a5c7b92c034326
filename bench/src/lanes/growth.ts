import path from 'node:path'
import { type Contestant, growthContestants } from '../contestants.ts'
import { startGatewayServer, startPlainServer } from '../http/drain-server.ts'
import { type Lane, type LaneContext, scaled } from '../lane.ts'
import { runWorker } from '../measure/run-worker.ts'
import { runsOf, spreadOf } from '../measure/statistics.ts'
import { type ColdAnswer, nodeQueueProgram } from '../node/node-task.ts'
import { type Cell, numberText, type Table } from '../report.ts'
import { openBrowserSession } from '../web/browser-session.ts'

/** Does storing stay flat while the queue grows (P5), and what does a full queue cost at the next start? */
export const growth: Lane = async (context) => {
  const { sizes, rounds } = context.quick ? quick : full
  const appends = context.quick ? quick.appends : scaled(full.appends, context)
  const armed = () => false
  const [plain, gateway] = [await startPlainServer({ armed }), await startGatewayServer({ armed })]
  const figures: Figure[] = contestantsOf(context).flatMap(({ contestant, sizeMax }) =>
    sizes.filter((size) => size <= sizeMax).map((size) => ({ contestant, size, colds: [] })),
  )
  const runOf = ({ contestant, size }: Figure): Run => {
    const server = contestant.ours ? gateway : plain
    return { context, contestant, url: server.url, size, appends }
  }
  try {
    for (const figure of figures) {
      context.tell(`growth: ${figure.contestant.label}, storing ${figure.size}`)
      await (figure.contestant.on === 'node' ? preloadNode : preloadBrowser)(runOf(figure))
    }
    // Round by round and not size by size: a noisy minute of the machine must not look like a large queue.
    for (let round = 0; round < rounds; round += 1) {
      for (const figure of figures) {
        context.tell(`growth ${round + 1}/${rounds}: ${figure.contestant.label}, ${figure.size} stored`)
        const measure = figure.contestant.on === 'node' ? measureNode : measureBrowser
        figure.colds.push(await measure(runOf(figure)))
      }
    }
  } finally {
    plain.close()
    gateway.close()
  }
  return {
    lane: 'growth',
    tables: [tableOf(figures), ratiosOf(figures)],
    notes: [
      `${appends} records after so many were stored; ${rounds} fresh process(es) or browser(s) per size, the middle ` +
        'run. Cold open: from opening the queue to its first record stored, without starting Node or the browser.',
      'P5 asks for p99 ≤ 10 ms and p99(largest) ≤ 1.5 × p99(smallest). It is reported, not asserted: on a shared ' +
        'machine p99 of a few hundred samples swings more than that by itself.',
      'redux-offline writes its whole state for each record, so it is not given more than 10 000.',
    ],
    data: figures,
  }
}

const full = { sizes: [10, 100, 1_000, 10_000, 100_000], rounds: 3, appends: 400 }
const quick = { sizes: [10, 2_000], rounds: 1, appends: 60 }

/** `rss` is null in a browser, where one process serves many. */
type Cold = Omit<ColdAnswer, 'rss'> & { readonly rss: number | null }

interface Figure {
  readonly contestant: Contestant
  readonly size: number
  readonly colds: Cold[]
}

interface Run {
  readonly context: LaneContext
  readonly contestant: Contestant
  readonly url: string
  readonly size: number
  readonly appends: number
}

function contestantsOf({ quick: isQuick, browser }: LaneContext) {
  const able = growthContestants.filter(({ contestant }) => contestant.on === 'node' || browser)
  return isQuick ? able.filter((entry) => entry.quick) : able
}

function nodeWorker({ context, contestant, url, size }: Run): (task: object) => Promise<unknown> {
  const { queue } = contestant
  const place = { name: path.join(context.scratch, `${queue}-${size}`), url }
  return (task) =>
    runWorker({
      program: nodeQueueProgram,
      input: { queue, place, ...task },
      nodeArguments: ['--expose-gc'],
    })
}

async function preloadNode(run: Run): Promise<void> {
  await nodeWorker(run)({ do: 'preload', count: run.size })
}

async function measureNode(run: Run): Promise<Cold> {
  // The worker says so itself.
  return (await nodeWorker(run)({ do: 'cold', count: run.appends })) as ColdAnswer
}

function profileOf({ context, contestant, size }: Run): string {
  return path.join(context.scratch, `chromium-${contestant.queue}-${size}`)
}

async function preloadBrowser(run: Run): Promise<void> {
  const { contestant, url, size } = run
  if (contestant.on !== 'chromium') return
  const session = await openBrowserSession(profileOf(run))
  await session.open(contestant.queue, { name: contestant.queue, url })
  await session.call('preload', size)
  await session.close()
}

async function measureBrowser(run: Run): Promise<Cold> {
  const { contestant, url, appends } = run
  if (contestant.on !== 'chromium') throw new Error('only a browser is measured here')
  const session = await openBrowserSession(profileOf(run))
  const firstMs = await session.openCold(contestant.queue, { name: contestant.queue, url })
  const heapUsed = await session.heapUsed()
  const samplesMs = (await session.call('append', appends)) as number[]
  await session.close()
  return { firstMs, rss: null, heapUsed, samplesMs }
}

function middle(colds: readonly Cold[], value: (cold: Cold) => number): number {
  return runsOf(colds.map(value)).median
}

function p99Of({ colds }: Figure): number {
  return middle(colds, ({ samplesMs }) => spreadOf(samplesMs).p99Ms)
}

const MEGABYTE = 1_048_576

function tableOf(figures: readonly Figure[]): Table {
  const rows = figures.map((figure): Cell[] => {
    const { contestant, size, colds } = figure
    const memory = (value: number) => Math.round(value / MEGABYTE)
    return [
      contestant.label,
      size,
      middle(colds, ({ samplesMs }) => spreadOf(samplesMs).p50Ms),
      p99Of(figure),
      middle(colds, ({ samplesMs }) => spreadOf(samplesMs).maxMs),
      middle(colds, ({ firstMs }) => firstMs),
      contestant.on === 'node' ? memory(middle(colds, ({ rss }) => rss ?? 0)) : null,
      memory(middle(colds, ({ heapUsed }) => heapUsed)),
    ]
  })
  return {
    title: 'Storing one more, milliseconds, and memory after opening, MB',
    columns: ['queue', 'stored', 'p50', 'p99', 'max', 'cold open', 'RSS', 'heap'],
    rows,
  }
}

function ratiosOf(figures: readonly Figure[]): Table {
  const names = [...new Set(figures.map(({ contestant }) => contestant.label))]
  const rows = names.map((name): Cell[] => {
    const own = figures.filter(({ contestant }) => contestant.label === name)
    const [smallest, largest] = [own[0], own.at(-1)]
    if (smallest === undefined || largest === undefined) return [name, null, null, null, null]
    const ratio = p99Of(largest) / p99Of(smallest)
    const span = `${numberText(smallest.size)} → ${numberText(largest.size)}`
    return [name, span, ratio, ratio <= 1.5 ? 'yes' : 'no', p99Of(largest) <= 10 ? 'yes' : 'no']
  })
  return {
    title: 'p99 at the largest over p99 at the smallest',
    columns: ['queue', 'stored', 'ratio', 'flat (≤ 1.5)', 'p99 ≤ 10 ms'],
    rows,
  }
}
