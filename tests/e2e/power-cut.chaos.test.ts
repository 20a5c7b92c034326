import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { readDeviceJournals } from '../../apps/local/src/audit/device-journals.ts'
import { readAcquirerBooks } from './support/acquirer-books.ts'
import { BareStack } from './support/bare-stack.ts'
import type { ChildProgram } from './support/child-program.ts'
import { until } from './support/lab-client.ts'
import { countSold, mixedSale } from './support/mixed-sales.ts'
import { openPowerDisk, type PowerDisk, whyNoPowerDisk } from './support/power-disk.ts'
import { processTree } from './support/process-tree.ts'
import type { ShopSold } from './support/shop-messages.ts'
import { openShop, type Shop } from './support/shop.ts'

/** `HOLDFAST_POWER_CUTS=10` is the acceptance; the lane takes a part of it. */
const CUTS = Number(process.env['HOLDFAST_POWER_CUTS'] ?? 3)
const DISK_MB = 512
/** Sold before each cut at least, and then on for a moment of chance. */
const SOLD_MIN = 12
const CUT_WITHIN_MS = 1_500
const PATIENCE_MS = 120_000
const SETTLED_MS = 30
const UNSYNCED = 'x'.repeat(65_536)

const whyNot = await whyNoPowerDisk()
if (whyNot !== null) process.stderr.write(`SKIPPED: no power was cut: ${whyNot}\n`)

let stack: BareStack
let disk: PowerDisk

beforeEach(async () => {
  stack = await BareStack.open()
})

afterEach(() => stack.close())

it.runIf(whyNot === null)(
  'P1 P2: the power of the machine with tills, gateway and acquirer is cut under load, again and again: what a screen showed is there, and ends as one approval or a decline',
  { timeout: 180_000 + CUTS * 60_000 },
  async () => {
    disk = openPowerDisk(stack.home, DISK_MB)
    stack.closes(() => disk.close())
    const [acquirer, gateway] = [stack.acquirer(), stack.gateway(0)]
    const shop = shopOf()
    const programs = [acquirer, gateway, shop.program]
    stack.closes(() => die(programs))
    const start = async (): Promise<void> => {
      await Promise.all([acquirer.start(), gateway.start()])
      await shop.start()
    }
    await start()
    const shown: ShopSold[] = []
    for (let cuts = 0; cuts < CUTS; cuts += 1) {
      await sellUntilTheCut(shop, shown, cuts, programs)
      await die(programs)
      await disk.mountAgain()
      // Written and not synced: had it survived, this would be no power cut.
      expect(readIfThere(unsyncedFile(cuts))).not.toBe(UNSYNCED)
      await start()
    }
    await until(async () => (await shop.look()).every(isQuiet), PATIENCE_MS)
    await stack.atRest(PATIENCE_MS)
    await shop.program.stop()
    await gateway.stop()
    await acquirer.stop()

    const payments = (await readDeviceJournals(stack.home)).flatMap((journal) => journal.payments)
    const states = new Map(payments.map(({ paymentId, state }) => [paymentId, state]))
    const books = readAcquirerBooks(stack.home)
    const audit = await stack.audit()
    console.log(
      `power cut (${CUTS} times): ${JSON.stringify({
        shown: countSold(shown),
        inTheJournals: payments.length,
        approvals: books.approvals.length,
        repeats: books.repeats,
        reversals: books.reversals,
        audit: { ...audit, differences: audit.differences.length },
      })}`,
    )
    expect(audit).toMatchObject({ differences: [], pending: 0 })
    expect(books.approvedAgain).toEqual([])
    expect(shown.length).toBeGreaterThanOrEqual(CUTS * SOLD_MIN)
    const kept = ['ACCEPTED_ONLINE', 'PROCESSED', 'FAILED_TO_PROCESS']
    const isLost = ({ paymentId, voided }: ShopSold): boolean => {
      const state = states.get(paymentId ?? '') ?? ''
      return voided ? state !== 'VOIDED' : !kept.includes(state)
    }
    const promised = shown.filter(
      ({ result, voided }) => voided || result === 'approved' || result === 'stored',
    )
    expect(promised.filter(isLost)).toEqual([])
  },
)

/** All tills at once; what is in work when the power goes was not shown to anybody. */
async function sellUntilTheCut(
  shop: Shop,
  shown: ShopSold[],
  cuts: number,
  programs: readonly ChildProgram[],
): Promise<void> {
  const power = new AbortController()
  let next = cuts * 1_000
  const before = shown.length
  const sell = async (till: string): Promise<void> => {
    while (!power.signal.aborted) {
      const at = next
      next += 1
      shown.push(await shop.sell(till, mixedSale(at)))
    }
  }
  for (const till of shop.tills) void sell(till)
  await until(() => Promise.resolve(shown.length - before >= SOLD_MIN), PATIENCE_MS)
  await sleep(Math.random() * CUT_WITHIN_MS)
  writeFileSync(unsyncedFile(cuts), UNSYNCED)
  signalAll(programs, 'SIGSTOP')
  power.abort()
  // What was under way to the disk arrives; nobody is there to hear of it.
  await sleep(SETTLED_MS)
  disk.cut()
}

/** All of them at once, and with them all that they have started. */
function signalAll(programs: readonly ChildProgram[], signal: 'SIGSTOP' | 'SIGKILL'): void {
  for (const pid of programs.flatMap((program) =>
    program.pid === undefined ? [] : processTree(program.pid),
  )) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** A disk without power is not enough: the machine is off. What was stopped hears nothing but this. */
async function die(programs: readonly ChildProgram[]): Promise<void> {
  signalAll(programs, 'SIGKILL')
  await Promise.all(programs.map((program) => program.kill()))
}

function shopOf(): Shop {
  const gatewayUrl = stack.gatewayUrl(0)
  const tills = ['till-1', 'till-2', 'till-3'].map((name) => ({
    name,
    dataDir: path.join(stack.home, 'devices', name),
    gatewayUrl,
  }))
  const shop = openShop({ tills, officeUrl: gatewayUrl, logFolder: stack.logFolder })
  stack.closes(() => shop.program.stop())
  return shop
}

function isQuiet({ queued, atRisk }: { readonly queued: number; readonly atRisk: number }): boolean {
  return queued === 0 && atRisk === 0
}

function unsyncedFile(cuts: number): string {
  return path.join(stack.home, `unsynced-${cuts}`)
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
