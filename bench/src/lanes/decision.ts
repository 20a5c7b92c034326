import { approvingAcquirer } from '../decision/approving-acquirer.ts'
import { type NetworkKind, networkKinds } from '../decision/faulty-door.ts'
import { BY_HAND_TIMEOUT_MS, runTrial, type Trial } from '../decision/trial.ts'
import { createBenchGateway } from '../gateway/bench-gateway.ts'
import { serve } from '../gateway/serve.ts'
import { type Lane, scaled } from '../lane.ts'
import { percentile } from '../measure/statistics.ts'
import type { Cell, Table } from '../report.ts'

/** How long until "offline" is decided, in each kind of broken network (P4). */
export const decision: Lane = async (context) => {
  const { quick: isQuick, tell } = context
  const { perKind, atOnce } = isQuick ? quick : { ...full, perKind: scaled(full.perKind, context) }
  const gateway = createBenchGateway({ acquirer: approvingAcquirer })
  const server = await serve({ answer: (request) => gateway.answer(request) })
  const port = Number(new URL(server.url).port)
  // Kinds take turns, so that a noisy moment of the machine hits all of them.
  const wanted = Array.from({ length: perKind }, () => networkKinds).flat()
  const trials: Trial[] = []
  try {
    for (let first = 0; first < wanted.length; first += atOnce) {
      tell(`decision: ${first} of ${wanted.length}`)
      const batch = wanted.slice(first, first + atOnce)
      trials.push(...(await Promise.all(batch.map((kind) => runTrial(kind, port)))))
    }
  } finally {
    server.close()
  }
  const wrong = trials.filter((trial) => !isRight(trial))
  return {
    lane: 'decision',
    tables: [tableOf(trials)],
    notes: [
      `${perKind} sales per kind, ${atOnce} at once: the network breaks in the moment before "confirm", with its ` +
        'connections open. Sale: until the cashier sees stored or approved. Offline: until the device says so itself.',
      `P4 asks for 2 000 ms at p99. By hand: fetch with a time-out of ${BY_HAND_TIMEOUT_MS} ms that believes any 2xx.`,
      'slow is no outage: right is to stay online and to approve. A cut that drops packets in silence is the black hole.',
      ...wrong.map(({ kind, result }) => `!! ${kind}: a sale ended as ${result}.`),
    ],
    data: trials,
  }
}

const full = { perKind: 40, atOnce: 14 }
const quick = { perKind: 4, atOnce: 28 }

function isRight({ kind, result, offlineMs }: Trial): boolean {
  return kind === 'slow' ? result === 'approved' && offlineMs === null : result === 'stored'
}

function tableOf(trials: readonly Trial[]): Table {
  const rows = networkKinds.map((kind): Cell[] => {
    const own = trials.filter((trial) => trial.kind === kind)
    const sale = spread(own.map(({ saleMs }) => saleMs))
    const offline = spread(own.flatMap(({ offlineMs }) => offlineMs ?? []))
    const byHand = spread(own.map((trial) => trial.byHand.tookMs))
    return [
      kind.replaceAll('_', ' '),
      `${own.filter(isRight).length}/${own.length}`,
      sale(0.5),
      sale(0.99),
      offline(0.5),
      offline(0.99),
      byHand(0.5),
      byHand(0.99),
      verdictOf(kind, own),
    ]
  })
  const ours = ['right', 'sale p50', 'sale p99', 'offline p50', 'offline p99']
  const columns = ['network', ...ours, 'by hand p50', 'by hand p99', 'by hand says']
  return { title: 'From "confirm" to a decision, milliseconds', columns, rows }
}

function verdictOf(kind: NetworkKind, trials: readonly Trial[]): string {
  const online = trials.filter(({ byHand }) => byHand.online).length
  const right = kind === 'slow' ? online : trials.length - online
  return right === trials.length ? 'right' : `wrong ${trials.length - right}×`
}

/** Null where there is nothing: the device stayed online. */
function spread(valuesMs: readonly number[]): (share: number) => number | null {
  const sorted = valuesMs.toSorted((a, b) => a - b)
  return (share) => (sorted.length === 0 ? null : Math.round(percentile(sorted, share)))
}
