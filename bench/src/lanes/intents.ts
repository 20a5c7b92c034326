import path from 'node:path'
import { type IntentServer, startChild, startHoldfast } from '../intents/intent-server.ts'
import { type Lane, type LaneContext, scaled } from '../lane.ts'
import { runsOf, type Spread, spreadOf } from '../measure/statistics.ts'
import type { Cell, Table } from '../report.ts'

/** Creating and retrieving PaymentIntents: ours is durable, the double from npm keeps them in memory. */
export const intents: Lane = async (context) => {
  const { requests, rounds } = sizeOf(context)
  const figures: Figure[] = []
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, start } of contestants(path.join(context.scratch, String(round)))) {
      context.tell(`intents ${round + 1}/${rounds}: ${name}`)
      const server = await start()
      try {
        // The first requests of a process pay for its compiler.
        await measure(server, Math.ceil(requests / 10))
        figures.push({ name, ...(await measure(server, requests)) })
      } finally {
        await server.stop()
      }
    }
  }
  return {
    lane: 'intents',
    tables: [tableOf(figures)],
    notes: [
      `${requests} of each per run, ${LANES} at a time with a key each, the middle of ${rounds} run(s); each server in processes of ` +
        'its own. The client takes its share of the same cores: "bare HTTP" is what it and HTTP alone allow.',
      'Holdfast commits each intent with its idempotency key and its event to PostgreSQL, fsync on, and authenticates by hash. ' +
        '`emulate` keeps objects in memory, honours no key, and refuses with 403 after 5 000 requests, so runs stay below that.',
    ],
    data: figures,
  }
}

const LANES = 16

function sizeOf(context: LaneContext) {
  return context.quick ? { requests: 100, rounds: 1 } : { requests: scaled(2_000, context), rounds: 3 }
}

function contestants(home: string) {
  return [
    { name: 'bare HTTP', start: () => startChild('bare-http') },
    { name: 'emulate 0.12 (memory)', start: () => startChild('emulate') },
    { name: 'Holdfast (PostgreSQL)', start: () => startHoldfast(home) },
  ] as const
}

interface Side {
  readonly perSecond: number
  readonly spread: Spread
}

interface Figure {
  readonly name: string
  readonly created: Side
  readonly retrieved: Side
  readonly failed: number
}

async function measure(server: IntentServer, requests: number): Promise<Omit<Figure, 'name'>> {
  const ids: string[] = []
  let failed = 0
  const run = async (send: (at: number) => Promise<string | null>): Promise<Side> => {
    const samplesMs: number[] = []
    const startedMs = performance.now()
    let next = 0
    const lane = async () => {
      for (let at = next++; at < requests; at = next++) {
        const sentMs = performance.now()
        const id = await send(at)
        samplesMs.push(performance.now() - sentMs)
        if (id === null) failed += 1
        else ids.push(id)
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    return {
      perSecond: (requests * 1_000) / (performance.now() - startedMs),
      spread: spreadOf(samplesMs),
    }
  }
  const created = await run((at) => create(server, at))
  const known = ids.slice()
  const retrieved = await run((at) => retrieve(server, known[at % known.length] ?? ''))
  return { created, retrieved, failed }
}

async function create({ url, key }: IntentServer, at: number): Promise<string | null> {
  const answer = await fetch(`${url}/v1/payment_intents`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': crypto.randomUUID(),
    },
    body: `amount=${1_000 + at}&currency=eur&payment_method_types[]=card_present`,
  })
  return idOf(answer)
}

async function retrieve({ url, key }: IntentServer, id: string): Promise<string | null> {
  return idOf(await fetch(`${url}/v1/payment_intents/${id}`, { headers: { authorization: `Bearer ${key}` } }))
}

async function idOf(answer: Response): Promise<string | null> {
  const said: unknown = await answer.json().catch(() => null)
  if (!answer.ok || typeof said !== 'object' || said === null || !('id' in said)) return null
  return typeof said.id === 'string' ? said.id : null
}

function tableOf(figures: readonly Figure[]): Table {
  const names = [...new Set(figures.map(({ name }) => name))]
  const rows = names.map((name): Cell[] => {
    const own = figures.filter((figure) => figure.name === name)
    const middle = (value: (figure: Figure) => number) => runsOf(own.map(value)).median
    return [
      name,
      Math.round(middle(({ created }) => created.perSecond)),
      middle(({ created }) => created.spread.p50Ms),
      middle(({ created }) => created.spread.p99Ms),
      Math.round(middle(({ retrieved }) => retrieved.perSecond)),
      middle(({ retrieved }) => retrieved.spread.p50Ms),
      middle(({ retrieved }) => retrieved.spread.p99Ms),
      own.reduce((sum, { failed }) => sum + failed, 0),
    ]
  })
  const columns = ['server', 'created/s', 'p50', 'p99', 'retrieved/s', 'p50', 'p99', 'failed']
  return { title: `PaymentIntents over HTTP, ${LANES} at a time, milliseconds`, columns, rows }
}
