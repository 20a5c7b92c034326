import { fromBase64Url, must } from '@holdfast/core'
import { generateNodeKey, keyIdOf } from '@holdfast/envelope/node'
import { appendFileSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { type OpenedPage, openPage } from '../../../../tools/with-page.ts'
import { DEVICE_SEED, deviceKey } from '../test-support/device-key.ts'
import { DEVICE_ID } from '../test-support/plain-lease.ts'
import { serveScriptedGateway } from '../test-support/serve-scripted-gateway.ts'

const entry = path.join(import.meta.dirname, 'sdk-page.entry.ts')
const corpus = path.join(import.meta.dirname, '../../test-data/queues')
/** A release runs 50 of them. */
const ROUNDS = Number(process.env['HOLDFAST_KILL_ROUNDS'] ?? 3)
const SALES_PER_ROUND = 12
const SOON = { timeout: 20_000 }
const payments = z.array(z.object({ paymentId: z.string(), state: z.string() }))

async function enrolled(page: OpenedPage, served: Awaited<ReturnType<typeof serveScriptedGateway>>) {
  const { gateway, url } = served
  expect(await page.call('openTerminal', url)).toBeNull()
  gateway.fault = ({ path: asked, body }) => {
    if (asked === '/device/v1/enrolments') {
      const { publicKey } = z.object({ publicKey: z.string() }).parse(JSON.parse(body ?? ''))
      gateway.deviceKeyId = keyIdOf(must(fromBase64Url(publicKey), 'a key'))
    }
    return null
  }
  expect(await page.call('enrol')).toBe('enrolled')
}

test(
  `P1: the browser is killed while it sells, ${ROUNDS} rounds, and nothing that was shown as stored is lost`,
  async () => {
    const userDataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-sell-'))
    const served = await serveScriptedGateway({ storedCount: 1_000_000 })
    const shown = new Set<string>()
    const lost: string[] = []
    let first = await openPage({ entry, userDataDir })
    await enrolled(first, served)
    await first.close()
    for (let round = 0; round < ROUNDS; round += 1) {
      const victim = await openPage({ entry, userDataDir })
      const enough = shown.size + SALES_PER_ROUND
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      await victim.page.exposeFunction('tellStored', (paymentId: string) => {
        shown.add(paymentId)
        if (shown.size >= enough) resolve()
      })
      // After the kill nobody listens any more; before it the reason is what this test is about.
      victim.call('sellForEver', served.url).catch(reject)
      await promise
      victim.killBrowser()
      await expect.poll(() => victim.page.context().browser()?.isConnected(), SOON).toBe(false)
    }
    first = await openPage({ entry, userDataDir })
    expect(await first.call('openTerminal', served.url)).not.toBeNull()
    const held = new Map(
      payments.parse(await first.call('allPayments')).map(({ paymentId, state }) => [paymentId, state]),
    )
    for (const id of shown) if (!['QUEUED', 'UPLOADED'].includes(held.get(id) ?? '')) lost.push(id)
    expect(lost).toEqual([])
    expect(shown.size).toBeGreaterThanOrEqual(ROUNDS * SALES_PER_ROUND)
    process.stdout.write(
      `kill -9 in Chromium: ${ROUNDS} rounds, ${shown.size} shown as stored, ${lost.length} lost\n`,
    )
    await first.close()
    served.close()
    rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 })
  },
  60_000 + ROUNDS * 20_000,
)

/** The write log of everything that the page has in IndexedDB. */
function writeLogIn(userDataDir: string): string {
  return must(globSync('Default/IndexedDB/*.leveldb/*.log', { cwd: userDataDir })[0], 'a log')
}

async function killed(page: OpenedPage): Promise<void> {
  page.killBrowser()
  await expect.poll(() => page.page.context().browser()?.isConnected(), SOON).toBe(false)
}

/**
 * As a kill between the two writes of one record leaves it: its header alone. 7 bytes (checksum, length, kind), in
 * blocks of 32 KiB whose last bytes stay empty where no header fits in.
 */
function leaveHalfARecord(log: string): void {
  const left = 32_768 - (statSync(log).size % 32_768)
  const room = left < 7 ? 32_768 : left
  const header = Buffer.alloc(7)
  header.writeUInt16LE(room - 7, 4)
  header.writeUInt8(1, 6)
  appendFileSync(log, Buffer.concat([Buffer.alloc(left < 7 ? left : 0), header]))
}

test('P1: the browser is killed in the middle of a write and once more later, and does not empty the till for it', async () => {
  const userDataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-torn-'))
  const served = await serveScriptedGateway({ storedCount: 9 })
  let page = await openPage({ entry, userDataDir })
  await enrolled(page, served)
  const sold = z.object({ status: z.literal('stored'), paymentId: z.string() })
  const shown: string[] = []
  for (let kills = 0; kills < 3; kills += 1) {
    shown.push(sold.parse(await page.call('sell', 'force_offline')).paymentId)
    await killed(page)
    leaveHalfARecord(path.join(userDataDir, writeLogIn(userDataDir)))
    page = await openPage({ entry, userDataDir })
    expect(await page.call('openTerminal', served.url)).not.toBeNull()
  }
  const held = payments.parse(await page.call('allPayments')).map(({ paymentId }) => paymentId)
  expect(held.toSorted()).toEqual(shown.toSorted())
  await page.close()
  served.close()
  rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 })
})

test('a till that its browser has emptied says so with the number of payments, and does not start as a new one', async () => {
  const userDataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-lost-'))
  const served = await serveScriptedGateway({ storedCount: 9 })
  let page = await openPage({ entry, userDataDir })
  await enrolled(page, served)
  served.close()
  for (let sales = 0; sales < 2; sales += 1) {
    expect(await page.call('sell', 'force_offline')).toMatchObject({ status: 'stored' })
  }
  await page.close()
  // Chromium answers a damaged log by deleting every database of the page.
  const log = path.join(userDataDir, writeLogIn(userDataDir))
  const bytes = readFileSync(log)
  writeFileSync(log, bytes.fill(0x55, 1_000, 1_064))
  page = await openPage({ entry, userDataDir })
  const lost = { deviceId: DEVICE_ID, seq: expect.any(Number), waiting: 2 }
  const told = { code: 'storage_lost', lost }
  expect(await page.call('openLost', served.url)).toEqual({
    told: [told, told],
    acknowledged: lost,
    after: null,
  })
  await page.close()
  rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 })
})

test('fault 59: two tabs that race for the last places in the limits never go over them', async () => {
  const served = await serveScriptedGateway({ storedCount: 9 })
  const page = await openPage({ entry })
  await enrolled(page, served)
  const tab = await page.newTab()
  await tab.call('openTerminal', served.url)
  const results = await Promise.all([page, tab].map((each) => each.call('sellUntilRefused')))
  const stored = results.map((result) => z.object({ stored: z.number(), code: z.string() }).parse(result))
  expect(stored.map(({ code }) => code)).toEqual(
    stored.map(() => expect.stringMatching(/^offline_stored_count_above_limit$/)),
  )
  const all = payments.parse(await page.call('allPayments')).filter(({ state }) => state !== 'OPEN')
  expect(stored.reduce((sum, each) => sum + each.stored, 0)).toBe(9)
  expect(all.filter(({ state }) => state === 'QUEUED' || state === 'UPLOADED')).toHaveLength(9)
  await page.close()
  served.close()
})

test('MP1: a cold start without any network takes a sale, and tells how long it took', async () => {
  const userDataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-cold-'))
  const served = await serveScriptedGateway({ storedCount: 1_000 })
  const before = await openPage({ entry, userDataDir })
  await enrolled(before, served)
  await before.close()
  served.close()
  const cold = await openPage({ entry, userDataDir })
  const result = z
    .object({ status: z.string(), tookMs: z.number() })
    .parse(await cold.call('coldSale', served.url))
  expect(result.status).toBe('stored')
  process.stdout.write(`cold offline start to the first sale stored: ${Math.round(result.tookMs)} ms\n`)
  await cold.close()
  rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 })
})

test('fault 18, P8 and MP15: an update of the app opens the queue of an older version, full as it was', async () => {
  const page = await openPage({ entry })
  const dump = JSON.parse(readFileSync(path.join(corpus, 'v1', 'indexed-db.json'), 'utf8'))
  for (const version of [1, 2]) {
    const name = `frozen-${version}`
    await page.call('restoreDump', name, version, dump)
    await page.call('open', name, name)
    expect(await page.call('head', name)).toEqual(dump.head)
    expect(await page.call('records', name, { afterSeq: 0, limit: 10_000 })).toEqual(dump.records)
    expect(await page.call('payments', name, { limit: 10_000 })).toEqual(dump.payments)
    expect(await page.call('value', name, 'enrolment')).toEqual(dump.kept.enrolment)
    expect(await page.call('carry', name, dump.records[0])).toEqual({
      added: [1, 0],
      waiting: 1,
      after: 0,
      restored: [true],
      kept: { waiting: 0, parked: 0 },
      again: 1,
    })
  }
  await page.close()
})

test.each([1, 2])(
  'P8 and MP15: the queue that version %d left in the browser is forwarded, each payment once',
  async (version) => {
    const dump = JSON.parse(readFileSync(path.join(corpus, 'v1', 'indexed-db.json'), 'utf8'))
    const states: Record<string, string> = JSON.parse(
      readFileSync(path.join(corpus, 'v1', 'states.json'), 'utf8'),
    )
    const served = await serveScriptedGateway({ storedCount: 9 })
    served.gateway.knows(deviceKey)
    const page = await openPage({ entry })
    await page.call('restoreDump', 'old-queue', version, dump)
    const key = {
      pkcs8: Buffer.from(generateNodeKey('ed25519', DEVICE_SEED)).toString('base64'),
      publicKey: Buffer.from(deviceKey.publicKey).toString('base64'),
    }
    const held = payments.parse(await page.call('forwardDump', 'old-queue', served.url, key))
    // The sale that was open is closed by a void; what was queued is with the gateway now.
    const expected = Object.entries(states).map(([paymentId, state]) => {
      const now = { OPEN: 'VOIDED', QUEUED: 'UPLOADED' }[state] ?? state
      return { paymentId, state: now }
    })
    const byId = (a: { paymentId: string }, b: { paymentId: string }) => (a.paymentId < b.paymentId ? 1 : -1)
    expect(held.map(({ paymentId, state }) => ({ paymentId, state })).toSorted(byId)).toEqual(
      expected.toSorted(byId),
    )
    const queued = Object.keys(states).filter((id) => states[id] === 'QUEUED')
    const accepted = [...served.gateway.records.values()].flatMap(({ header }) =>
      header.kind === 'payment.accepted' ? [header.payment] : [],
    )
    expect(accepted.filter((id) => queued.includes(id)).toSorted()).toEqual(queued.toSorted())
    await page.close()
    served.close()
  },
)

test('fault 10: where the browser has no room left, the next sale is refused and every open one is closed', async () => {
  const page = await openPage({ entry })
  expect(await page.call('sellWithoutRoom', 'no-room')).toEqual({
    opened: true,
    refused: 'journal_full',
    voided: true,
  })
  await page.close()
})

test('a damaged head row is built again from the records, and the next commit fits it', async () => {
  const page = await openPage({ entry })
  expect(await page.call('damageHead', 'damaged')).toEqual({ before: 2, after: 4, accepts: true })
  await page.close()
})

test('faults 13 and 14: where the browser may throw the queue away nothing is taken offline, and where it keeps nothing the terminal says so', async () => {
  const served = await serveScriptedGateway({ storedCount: 9 })
  const page = await openPage({ entry })
  await enrolled(page, served)
  expect(await page.call('sellWithUnsafeStorage', served.url)).toEqual({
    sold: { status: 'refused', code: 'offline_not_allowed' },
    storage: 'storage_not_persistent',
  })
  expect(await page.call('openWithoutStorage', served.url)).toBe('storage_unavailable')
  await page.close()
  served.close()
})
