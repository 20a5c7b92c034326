import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { openTcpSwitch, type TcpSwitch } from '../../apps/local/src/switch/tcp-switch.ts'
import { readAcquirerBooks } from './support/acquirer-books.ts'
import { clearScript, type Fault, script } from './support/acquirer-script.ts'
import { BareStack } from './support/bare-stack.ts'
import type { ChildProgram } from './support/child-program.ts'
import { until } from './support/lab-client.ts'
import { countSold, linkSale, sellWhile, standingOf } from './support/mixed-sales.ts'
import { openShop } from './support/shop.ts'

/** `HOLDFAST_CHAOS_SECONDS=60` is the minute of the acceptance; the lane takes a part of it. */
const SECONDS = Number(process.env['HOLDFAST_CHAOS_SECONDS'] ?? 6)
const PATIENCE_MS = 60_000
const SHORT_FREEZES = 2
/** Nobody who is awake leaves a transaction alone for so long. */
const IDLE_MS = 100
const FREEZES_MAX = 25
/** Messages that the new owner has exchanged before the old one wakes up. */
const EXCHANGED_MIN = 3

let stack: BareStack

beforeEach(async () => {
  stack = await BareStack.open()
})

afterEach(() => stack.close())

it(
  'P2 MC1: the owner of the link frozen between any two steps, another takes over, the old one wakes up: no issuer approves twice, no reversal is lost, nothing declined is reversed',
  { timeout: 240_000 + SECONDS * 2_000 },
  async () => {
    const [acquirer, postgres] = [stack.acquirer(), stack.postgres()]
    await Promise.all([acquirer.start(), postgres.start()])
    const lines = [await lineToAcquirer(), await lineToAcquirer()]
    const owners = lines.map((line, at) => ({
      line,
      gateway: stack.gateway(at === 0 ? 0 : 1, {
        databaseUrl: stack.databaseUrl(),
        acquirerPort: line.wire.port,
      }),
    }))
    // The first one owns the link as generation 1; two take turns, so the generation tells which of them has it.
    for (const { gateway } of owners) {
      await gateway.start()
      await until(async () => (await generation()) === 1, PATIENCE_MS)
    }
    const tills = Array.from({ length: 8 }, (_, at) => ({
      name: `till-${at + 1}`,
      dataDir: path.join(stack.home, 'devices', `till-${at + 1}`),
      gatewayUrl: stack.gatewayUrl(at % 2 === 0 ? 0 : 1),
    }))
    const shop = openShop({ tills, officeUrl: stack.gatewayUrl(0), logFolder: stack.logFolder })
    stack.closes(() => shop.program.stop())
    await shop.start()

    const counts: Record<string, number> = {}
    const count = (name: string): void => void (counts[name] = (counts[name] ?? 0) + 1)
    const endMs = performance.now() + SECONDS * 1_000
    const isTime = (): boolean => performance.now() < endMs
    const misfortune = trouble(endMs - SECONDS * 500, count)
    const selling = sellWhile(shop, isTime, linkSale)
    for (let turn = 0; isTime(); turn += 1) {
      for (let short = 0; short < SHORT_FREEZES && isTime(); short += 1) {
        const owner = owners[((await generation()) - 1) % 2]
        if (owner === undefined) break
        await frozen(owner, MOMENTS[(turn + short) % MOMENTS.length] ?? 'any', () =>
          sleep(50 + Math.random() * 400),
        )
        count('frozen for a moment')
      }
      const before = await generation()
      const owner = owners[(before - 1) % 2]
      if (owner === undefined) break
      const moment = MOMENTS[turn % MOMENTS.length] ?? 'any'
      await frozen(owner, moment, async () => {
        await until(async () => (await generation()) > before, PATIENCE_MS)
        const heard = readAcquirerBooks(stack.home).lines
        // Nobody may be selling any more.
        const deadlineMs = performance.now() + 2_000
        await until(
          () =>
            Promise.resolve(
              performance.now() > deadlineMs || readAcquirerBooks(stack.home).lines >= heard + EXCHANGED_MIN,
            ),
          PATIENCE_MS,
        )
      })
      count(`taken over, frozen when ${moment}`)
    }
    const sold = await selling
    await misfortune
    await clearScript(stack.controlUrl)
    // The tills die too. Their next start does not distrust a network that has flapped.
    await shop.killAndOpen()

    await until(
      async () => (await shop.look()).every(({ queued, atRisk }) => queued === 0 && atRisk === 0),
      PATIENCE_MS,
    )
    await stack.atRest(PATIENCE_MS)
    const [attempts] = await stack.query<Record<string, number>>(
      `select count(*)::int as attempts, (count(*) filter (where state = 'reversed'))::int as reversed,
         (count(*) filter (where repeats > 0))::int as repeated from attempts`,
    )
    await shop.program.stop()
    for (const { gateway } of owners) await gateway.stop()
    await postgres.stop()
    await acquirer.stop()

    const books = readAcquirerBooks(stack.home)
    const audit = await stack.audit()
    const standing = standingOf(sold)
    console.log(
      `frozen gateway (${SECONDS} s): ${JSON.stringify({
        payments: sold.length,
        shown: countSold(sold),
        counts,
        attempts,
        approvals: books.approvals.length,
        declines: books.declines.length,
        repeats: books.repeats,
        reversals: books.reversals,
        declinesReversedUnheard: books.declinesReversed.length,
        audit: { ...audit, differences: audit.differences.length },
      })}`,
    )
    expect(audit.differences).toEqual([])
    expect(audit.pending).toBe(0)
    expect(audit.sales).toBe(sold.filter(({ paymentId }) => paymentId !== null).length)
    expect(audit.accepted).toBe(standing.length)
    expect(audit.authorised + audit.declined).toBe(standing.length)
    expect(books.approvedAgain).toEqual([])
    expect(Object.keys(counts).some((name) => name.startsWith('taken over'))).toBe(true)
  },
)

type Moment = 'any' | 'a request leaves' | 'an answer comes' | 'inside a transaction'
const MOMENTS: readonly Moment[] = ['inside a transaction', 'a request leaves', 'an answer comes', 'any']

interface Owner {
  readonly line: Line
  readonly gateway: ChildProgram
}

interface Line {
  readonly wire: TcpSwitch
  /** Resolves in the instant in which bytes go that way; null: at any time. */
  next(moment: Moment, then: () => void): Promise<void>
}

async function lineToAcquirer(): Promise<Line> {
  const waiting = new Map<Moment, () => void>()
  const wire = await openTcpSwitch({
    port: 0,
    target: { host: '127.0.0.1', port: stack.acquirerPort },
    onBytes({ direction }) {
      const moment: Moment = direction === 'forth' ? 'a request leaves' : 'an answer comes'
      const act = waiting.get(moment)
      waiting.delete(moment)
      act?.()
    },
  })
  stack.closes(() => wire.close())
  return {
    wire,
    next(moment, then) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const act = (): void => {
        then()
        resolve()
      }
      if (moment === 'any') setTimeout(act, Math.random() * 300)
      else {
        waiting.set(moment, act)
        // No sale may be under way for a while.
        setTimeout(() => waiting.get(moment) === act && waiting.delete(moment) && act(), 2_000)
      }
      return promise
    },
  }
}

async function frozen(owner: Owner, moment: Moment, meanwhile: () => Promise<unknown>): Promise<void> {
  if (moment === 'inside a transaction') await frozenInTransaction(owner.gateway)
  else await owner.line.next(moment, () => owner.gateway.signal('SIGSTOP'))
  try {
    await meanwhile()
  } finally {
    owner.gateway.signal('SIGCONT')
  }
}

/** Then it holds its locks as long as it sleeps. As often as it takes, within reason. */
async function frozenInTransaction(gateway: ChildProgram): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await sleep(Math.random() * 20)
    gateway.signal('SIGSTOP')
    await sleep(IDLE_MS + 20)
    const idle = await stack.query(
      `select pid from pg_stat_activity where application_name = 'holdfast' and state = 'idle in transaction'
         and state_change < now() - interval '${IDLE_MS} milliseconds'`,
    )
    if (idle.length > 0 || tries === FREEZES_MAX) return
    gateway.signal('SIGCONT')
  }
}

async function generation(): Promise<number> {
  const [link] = await stack.query<{ generation: number }>('select generation::int from links')
  return link?.generation ?? 0
}

/** What the acquirer does wrong meanwhile; what takes its whole timer only while there is time for it. */
async function trouble(untilMs: number, count: (name: string) => void): Promise<void> {
  while (performance.now() < untilMs) {
    const [name, fault] = FAULTS[Math.floor(Math.random() * FAULTS.length)] ?? ['none', {}]
    const message = Math.random() < 0.7 ? 'authorisation' : 'reversal'
    await script(stack.controlUrl, { match: { next: 1, message }, do: fault })
    count(`acquirer: ${name}`)
    await sleep(250)
  }
}

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['dropped', { drop: 'before' }],
  ['answer dropped', { drop: 'after' }],
  ['delayed', { delayMs: 700 }],
  ['delayed', { delayMs: 200 }],
  ['duplicate', { duplicate: true }],
  ['cut', { cut: true }],
  ['cut after a byte', { cut: { afterBytes: 1 } }],
  ['late answer', { lateAnswer: true }],
  ['garbage', { garbage: true }],
]
