import path from 'node:path'
import { type Contestant, drainContestants, quickDrainContestants } from '../contestants.ts'
import { type Drained, drainOnce, type DrainRun } from '../drain/drain-run.ts'
import { type Lane, type LaneContext, scaled } from '../lane.ts'
import type { Cell, Table } from '../report.ts'

/** A full queue meets its server again: how fast, and is anything lost or done twice? */
export const drain: Lane = async (context) => {
  const { quick: isQuick, scratch, browser, tell } = context
  const { count, killEvery, deadlineMs } = isQuick ? quick : fullOf(context)
  const wanted = isQuick ? quickDrainContestants : drainContestants
  const contestants = wanted.filter(({ on }) => on === 'node' || browser)
  const phase = async (rough: DrainRun['rough']): Promise<Drained[]> => {
    const run = (contestant: Contestant) => {
      const weather = rough === null ? 'clean' : 'rough'
      tell(`drain, ${weather}: ${contestant.label}`)
      const folder = path.join(scratch, `${weather}-${contestant.on}-${contestant.queue}`)
      return drainOnce({ contestant, folder, count, rough, deadlineMs })
    }
    const together = contestants.filter((own) => isQuick || (rough !== null && own.backsOff))
    const drained = await Promise.all(together.map(run))
    for (const contestant of contestants) {
      if (!together.includes(contestant)) drained.push(await run(contestant))
    }
    return drained.toSorted((a, b) => contestants.indexOf(a.contestant) - contestants.indexOf(b.contestant))
  }
  const clean = await phase(null)
  const rough = await phase({ seed: 42, killEvery })
  return {
    lane: 'drain',
    tables: [
      tableOf(`Clean network, ${count} payments`, clean),
      tableOf(
        `10 % requests lost, 10 % answers lost, 5 % 500/429, kill -9 every ${killEvery}; ${count} payments`,
        rough,
      ),
    ],
    notes: [
      'Lost: acknowledged, gone from the queue, and never at the server. Who lost something has no rank.',
      'Holdfast sends two records per payment, signed, in batches, to the real device API and intake over the memory ' +
        'store; the others send one JSON body per payment to a server that only counts. Each arrival there takes ' +
        'effect; a server that honours the Idempotency-Key, which all of them repeat, for ever would charge none twice.',
      `Who is not done after ${deadlineMs / 1_000} s is stopped; what then waits is late, not lost. The hand-written ` +
        'queues back off exactly as Holdfast does. workbox is asked to replay again at once, which no browser does.',
      isQuick
        ? 'Quick: they run side by side, so the rates say little; the checks say all.'
        : 'On the rough network those that back off spend their time waiting, and do it side by side.',
    ],
    data: [...clean, ...rough],
  }
}

function fullOf(context: LaneContext) {
  return { count: scaled(10_000, context), killEvery: scaled(1_000, context), deadlineMs: DEADLINE_MS }
}

const DEADLINE_MS = 300_000
const quick = { count: 500, killEvery: 250, deadlineMs: 4_000 }

function tableOf(title: string, drained: readonly Drained[]): Table {
  const ranked = drained
    .filter(({ delivery }) => delivery.lost === 0)
    .toSorted((a, b) => b.perSecond - a.perSecond)
  const rows = drained.map((run): Cell[] => {
    const { contestant, delivery, perSecond, kills, finished, tookMs } = run
    const rank = ranked.indexOf(run)
    return [
      contestant.label,
      Number(perSecond.toPrecision(3)),
      rank === -1 ? null : rank + 1,
      finished ? `${(tookMs / 1_000).toFixed(1)} s` : 'stopped',
      delivery.delivered,
      delivery.waiting,
      delivery.lost,
      delivery.arrivedTwice,
      delivery.chargedTwice,
      kills,
    ]
  })
  const columns = ['queue', 'per s', 'rank', 'took', 'delivered', 'waiting', 'lost', 'arrived twice']
  return { title, columns: [...columns, 'charged twice', 'kills'], rows }
}
