import path from 'node:path'
import { sampleId } from '../herd/gateway-parts.ts'
import { deliver, storePayments } from '../herd/herd-terminal.ts'
import { sellLive } from '../herd/live-sales.ts'
import { type Lane, type LaneContext, scaled } from '../lane.ts'
import { type Spread, spreadOf } from '../measure/statistics.ts'
import { timed } from '../queue/bench-queue.ts'
import type { Table } from '../report.ts'
import { openVolumeShop, type VolumeShop } from '../volume/volume-shop.ts'

/** What one more payment costs, and what it costs to read one, as the years of a merchant pile up in one account. */
export const volume: Lane = async (context) => {
  const sizes = sizesOf(context)
  const shop = await openVolumeShop(path.join(context.scratch, 'shop'))
  const figures: Figure[] = []
  try {
    await measure(shop, 0, context)
    for (const payments of sizes) {
      await shop.fill(payments, (done) => context.tell(`volume: ${done} of ${payments} payments are there`))
      figures.push(...(await measure(shop, payments, context)))
    }
  } finally {
    await shop.stop()
  }
  const wrong = figures.filter(({ failed }) => failed > 0)
  return {
    lane: 'volume',
    tables: [tableOf(figures, sizes), growthTable(figures, sizes)],
    notes: [
      'One account, one gateway process, PostgreSQL out of npm, over HTTP, one request after the other. The past is made by SQL: each ' +
        'payment with its attempt, record and published event, then analysed; it has no captures and no ledger.',
      'An upload is one request of a terminal that delivers; a live sale is measured to the issuer’s answer.',
      ...wrong.map(
        ({ what, payments, failed }) => `!! ${failed} requests failed: ${what}, ${payments} payments.`,
      ),
    ],
    data: figures,
  }
}

function sizesOf(context: LaneContext): readonly number[] {
  if (context.quick) return [500, 5_000]
  return [...new Set([10_000, 100_000, 2_000_000].map((size) => scaled(size, context)))]
}

interface Figure {
  readonly what: string
  readonly payments: number
  readonly spread: Spread
  readonly failed: number
}

const LIVE_MS = 4_000
const UPLOADED = 200

async function measure(shop: VolumeShop, payments: number, context: LaneContext): Promise<Figure[]> {
  const { isQuick, samples } = { isQuick: context.quick, samples: context.quick ? 10 : 100 }
  const figures: Figure[] = []
  const told = (what: string) => context.tell(`volume: ${what} beside ${payments} payments`)

  told('upload')
  const terminal = await shop.addTerminal()
  const records = await storePayments(terminal, isQuick ? 20 : UPLOADED)
  const uploadsMs: number[] = []
  const delivered = await deliver(terminal, records, shop.url, (tookMs) => uploadsMs.push(tookMs))
  figures.push({ what: 'upload', payments, spread: spreadOf(uploadsMs), failed: delivered.failed })

  told('live sale')
  const untilMs = performance.now() + (isQuick ? 500 : LIVE_MS)
  const live = await sellLive(shop.till, shop.url, () => performance.now() >= untilMs)
  figures.push({ what: 'live sale', payments, spread: spreadOf(live.answeredMs), failed: live.notApproved })

  const middle = sampleId('pi', Math.max(1, Math.floor(payments / 2)))
  const merchant: Record<string, string> = {
    'lease and feed': '',
    'retrieve a PaymentIntent': `/v1/payment_intents/${middle}`,
    'list, newest 10': '/v1/payment_intents?limit=10',
    'list, 10 from the middle': `/v1/payment_intents?limit=10&starting_after=${middle}`,
    'list charges, newest 10': '/v1/charges?limit=10',
    'list events, newest 10': '/v1/events?limit=10',
    'search by status': `/v1/payment_intents/search?query=${encodeURIComponent("status:'succeeded'")}`,
    'search for one amount': `/v1/payment_intents/search?query=${encodeURIComponent(`amount:${Math.max(1, Math.floor(payments / 2))}`)}`,
  }
  for (const [what, at] of Object.entries(merchant)) {
    told(what)
    const samplesMs: number[] = []
    let failed = 0
    for (let sample = 0; sample < samples; sample += 1) {
      const isLease = at === ''
      const asked = isLease
        ? await terminal.request('GET', '/device/v1/feed?generation=1&after=0&waitMs=0')
        : { path: at, headers: { authorization: `Bearer ${shop.key}` } }
      samplesMs.push(
        await timed(async () => {
          const answer = await fetch(shop.url + asked.path, {
            headers: asked.headers as Record<string, string>,
          })
          await answer.arrayBuffer()
          if (!answer.ok) failed += 1
        }),
      )
    }
    figures.push({ what, payments, spread: spreadOf(samplesMs), failed })
  }
  return figures
}

function kinds(figures: readonly Figure[]): readonly string[] {
  return [...new Set(figures.map(({ what }) => what))]
}

function tableOf(figures: readonly Figure[], sizes: readonly number[]): Table {
  const rows = kinds(figures).flatMap((what) =>
    sizes.map((size) => {
      const spread = figures.find((figure) => figure.what === what && figure.payments === size)?.spread
      return [what, size, spread?.p50Ms ?? null, spread?.p99Ms ?? null, spread?.maxMs ?? null]
    }),
  )
  const columns = ['request', 'payments', 'p50', 'p99', 'max']
  return { title: 'Beside so many payments of one account, milliseconds', columns, rows }
}

function growthTable(figures: readonly Figure[], sizes: readonly number[]): Table {
  const [first = 0, last = 0] = [sizes[0], sizes.at(-1)]
  const p50 = (what: string, size: number) =>
    figures.find((figure) => figure.what === what && figure.payments === size)?.spread.p50Ms ?? Number.NaN
  const rows = kinds(figures).map((what) => {
    const ratio = p50(what, last) / p50(what, first)
    return [what, ratio, ratio <= GROWTH_MAX ? 'yes' : 'no']
  })
  const columns = ['request', 'p50 at the largest / smallest', `flat (≤ ${GROWTH_MAX})`]
  return { title: `From ${first} to ${last} payments`, columns, rows }
}

const GROWTH_MAX = 1.5
