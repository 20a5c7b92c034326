import { generateNodeKey, nodeCrypto, nodeSigningKey } from '@holdfast/envelope/node'
import { expect, test } from 'vitest'
import type { JournalStore } from '../journal/journal-store.ts'
import type { NetworkAnswer } from '../network.ts'
import { deviceKey } from '../test-support/device-key.ts'
import { ScriptedReader } from '../test-support/scripted-reader.ts'
import { goOffline, headOf, memoryStore, openWorld, sell, type World } from '../test-support/world.ts'
import { createTerminal } from '../terminal/terminal.ts'

const isRecords = ({ path }: { path: string }) => path === '/device/v1/records'

test('what was stored offline goes in order, in batches that begin small and grow', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 60)
  world.gateway.batches.length = 0
  await backOnline(world)
  const sizes = world.gateway.batches.map(({ records }) => records.length)
  expect(sizes).toEqual([1, 2, 4, 8, 16, 32, 50, 7])
  const seqs = world.gateway.batches.flatMap(({ records }) =>
    records.map(({ header }) => JSON.parse(header).seq),
  )
  expect(seqs).toEqual(Array.from({ length: 120 }, (_, index) => index + 2))
  expect(world.terminal.offlineStatus()).toMatchObject({ queued: 0, safeToPowerOff: true })
  expect(world.events.filter(({ type }) => type === 'queueDrained')).not.toEqual([])
  await world.terminal.close()
})

test('the first request states what the device holds, voids included', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 3)
  const { intent } = await sell(world)
  await world.terminal.cancelPaymentIntent(intent.paymentId, 'canceled')
  world.gateway.batches.length = 0
  const head = await headOf(world)
  await backOnline(world)
  expect(world.gateway.batches[0]?.manifest).toEqual({
    headSeq: head.seq,
    headHash: head.hash,
    throughSeq: 2,
    count: 4,
    sums: { eur: 4_000 },
    voids: 1,
    mark: { generation: 1, sinceSeq: 0 },
  })
  expect((await headOf(world)).backlog).toEqual({ count: 0, sums: { eur: 0 }, voids: 0 })
  await world.terminal.close()
})

test.each<[string, NetworkAnswer]>([
  ['a captive portal', { reached: true, status: 200, body: '<html>Log in</html>', retryAfterMs: null }],
  [
    'a proxy that speaks JSON',
    { reached: true, status: 200, body: '{"receipt":{"ok":true}}', retryAfterMs: null },
  ],
  ['a redirect', { reached: true, status: 302, body: '', retryAfterMs: null }],
  ['errors', { reached: true, status: 500, body: '{"error":{"code":"internal_error"}}', retryAfterMs: null }],
  ['a 400 that nobody signed', { reached: true, status: 400, body: '{}', retryAfterMs: null }],
  ['silence', { reached: false, why: 'timeout' }],
])('P1: under %s nothing counts as received, and everything is there when it is over', async (_, answer) => {
  const world = await openWorld()
  world.gateway.fault = () => answer
  await storeSales(world, 3)
  await world.clock.advance(3_600_000)
  expect(world.terminal.offlineStatus()).toMatchObject({ queued: 3, safeToPowerOff: false })
  const states = (await world.terminal.payments()).map(({ state }) => state)
  expect(states).toEqual(['QUEUED', 'QUEUED', 'QUEUED'])
  expect(world.events.filter(({ type }) => type === 'paymentForwarded')).toEqual([])
  await backOnline(world)
  expect((await world.terminal.payments()).map(({ state }) => state)).toEqual([
    'UPLOADED',
    'UPLOADED',
    'UPLOADED',
  ])
  await world.terminal.close()
})

test('P6: a gateway that has others first is obeyed: no outage, no doubt about a record, and full batches as soon as it takes them', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 60)
  world.gateway.batches.length = 0
  await world.clock.advance(60_000)
  const refusedAtMs: number[] = []
  world.gateway.fault = (request) => {
    if (!isRecords(request) || world.gateway.batches.length < 4 || refusedAtMs.length === 6) return null
    refusedAtMs.push(world.clock.monotonicMs())
    return { reached: true, status: 429, body: '{"error":{"code":"rate_limited"}}', retryAfterMs: 7_000 }
  }
  world.events.length = 0
  await world.clock.advance(300_000)
  expect(refusedAtMs).toHaveLength(6)
  const pausesMs = refusedAtMs.slice(1).map((atMs, at) => atMs - (refusedAtMs[at] ?? 0))
  expect(Math.min(...pausesMs)).toBeGreaterThanOrEqual(7_000)
  expect(new Set(pausesMs).size).toBeGreaterThan(1)
  expect(world.gateway.batches.map(({ records }) => records.length)).toEqual([1, 2, 4, 8, 16, 32, 50, 7])
  const kinds = world.events.map(({ type }) => type)
  expect(kinds).not.toContain('forwardingError')
  expect(world.terminal.offlineStatus()).toMatchObject({ queued: 0, networkStatus: 'online' })
  await world.terminal.close()
})

test('a receipt that a stranger signed settles nothing', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 2)
  const { key } = world.gateway
  world.gateway.key = nodeSigningKey(generateNodeKey('ed25519'))
  world.gateway.fault = () => null
  await world.clock.advance(600_000)
  expect(world.terminal.offlineStatus().queued).toBe(2)
  world.gateway.key = key
  await backOnline(world)
  expect(world.terminal.offlineStatus().queued).toBe(0)
  await world.terminal.close()
})

test('P2: an answer that was lost sends the same records again, and nothing else', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 2)
  let lost = 0
  world.gateway.fault = (request) => {
    if (!isRecords(request) || lost === 3) return null
    lost += 1
    return 'lost'
  }
  await world.clock.advance(300_000)
  expect(lost).toBe(3)
  const times = [...world.gateway.records.values()].map((record) => record.times)
  expect(Math.max(...times)).toBe(4)
  expect(world.gateway.records.size).toBe((await headOf(world)).seq)
  expect(world.terminal.offlineStatus().queued).toBe(0)
  await world.terminal.close()
})

test('a record that a receipt leaves out is unknown: it goes again, and those behind it do not wait', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 10)
  world.gateway.verdict = ({ seq }) => (seq === 2 ? null : { verdict: 'received', code: null })
  await world.clock.advance(60_000)
  world.gateway.fault = () => null
  await world.clock.advance(300_000)
  expect((await headOf(world)).forwardedSeq).toBe(1)
  expect((await world.terminal.payments()).every(({ state }) => state === 'UPLOADED')).toBe(true)
  world.gateway.verdict = () => ({ verdict: 'received', code: null })
  await world.clock.advance(120_000)
  const head = await headOf(world)
  expect(head.forwardedSeq).toBe(head.seq)
  await world.terminal.close()
})

test('a parked record is shown with its reason and never blocks the next', async () => {
  const world = await openWorld()
  await goOffline(world)
  const { intent } = await sell(world)
  await storeSales(world, 2)
  world.gateway.verdict = (header) =>
    'payment' in header && header.kind === 'payment.accepted' && header.payment === intent.paymentId
      ? { verdict: 'parked', code: 'duplicate_suspected' }
      : { verdict: 'received', code: null }
  await backOnline(world)
  expect(await world.terminal.payment(intent.paymentId)).toMatchObject({
    state: 'FAILED_TO_UPLOAD',
    code: 'duplicate_suspected',
  })
  expect(world.events).toContainEqual({
    type: 'forwardingError',
    code: 'duplicate_suspected',
    detail: intent.paymentId,
  })
  expect(world.terminal.offlineStatus().queued).toBe(0)
  await world.terminal.close()
})

test('a record that the gateway fails over is set apart, and those behind it go', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 5)
  const poison = (await world.store.records({ afterSeq: 3, limit: 1 }))[0]?.wire.header ?? ''
  world.gateway.batches.length = 0
  world.gateway.fault = ({ body }) =>
    body?.includes(JSON.stringify(poison).slice(1, -1)) === true
      ? { reached: true, status: 500, body: '', retryAfterMs: null }
      : null
  await world.clock.advance(600_000)
  const head = await headOf(world)
  expect(head.forwardedSeq).toBe(3)
  expect(head.backlog.count).toBeLessThanOrEqual(1)
  expect(
    world.events.some((event) => event.type === 'forwardingError' && event.detail.includes('record 4')),
  ).toBe(true)
  // The gateway is told that it lacks one: what is due may hang on it.
  expect(world.gateway.batches.at(-1)?.manifest).toMatchObject({ headSeq: head.seq, throughSeq: 3 })
  world.gateway.fault = () => null
  await world.clock.advance(120_000)
  expect((await headOf(world)).forwardedSeq).toBe(head.seq)
  expect(world.gateway.batches.at(-1)?.manifest).toMatchObject({ headSeq: head.seq, throughSeq: head.seq })
  await world.terminal.close()
})

test('P7: what stands behind a first record that was set apart is told again to a gateway that is restored once more', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 3)
  world.gateway.restore()
  const poison = (await world.store.records({ afterSeq: 0, limit: 1 }))[0]?.wire.header ?? ''
  world.gateway.fault = ({ body }) =>
    body?.includes(JSON.stringify(poison).slice(1, -1)) === true
      ? { reached: true, status: 500, body: '', retryAfterMs: null }
      : null
  await world.clock.advance(600_000)
  const { seq, forwardedSeq } = await headOf(world)
  expect(forwardedSeq).toBe(0)
  expect(world.gateway.records.size).toBe(seq - 1)
  world.gateway.restore()
  world.gateway.fault = () => null
  await world.clock.advance(600_000)
  expect(world.gateway.records.size).toBe(seq)
  expect(await headOf(world)).toMatchObject({ forwardedSeq: seq, resendSeq: seq })
  await world.terminal.close()
})

test('row 56: what another tab has written behind the head that this one knows is sent, and the manifest counts up to that head', async () => {
  const world = await openWorld()
  await world.clock.advance(60_000)
  const { store, clock, gateway } = world
  const deps = { store, clock, network: gateway, crypto: nodeCrypto, key: deviceKey }
  const other = await createTerminal({ ...deps, app: 'sdk tests', storeName: 'sqlite' })
  other.useReader(new ScriptedReader())
  other.setForcedOffline(true)
  const sale = { amountMinor: 900, currency: 'eur', offlineBehavior: 'force_offline' } as const
  expect(await other.createPaymentIntent(sale)).toMatchObject({ status: 'created' })
  gateway.batches.length = 0
  await clock.until(world.terminal.flush())
  const { seq } = await headOf(world)
  const [batch] = gateway.batches
  expect(batch?.records).toHaveLength(2)
  expect(batch?.manifest).toMatchObject({ headSeq: seq - 2, throughSeq: seq - 2 })
  await other.close()
  await world.terminal.close()
})

test('a server that is too busy is obeyed: not before Retry-After, and with a small batch', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 5)
  const sentAt: number[] = []
  world.gateway.fault = (request) => {
    if (!isRecords(request)) return null
    sentAt.push(world.clock.monotonicMs())
    return sentAt.length === 1 ? { reached: true, status: 429, body: '', retryAfterMs: 90_000 } : null
  }
  await world.clock.advance(60_000)
  expect(sentAt).toHaveLength(1)
  await world.terminal.flush()
  await world.clock.advance(300_000)
  expect((sentAt[1] ?? 0) - (sentAt[0] ?? 0)).toBeGreaterThanOrEqual(90_000)
  expect(world.terminal.offlineStatus().queued).toBe(0)
  await world.terminal.close()
})

test('a batch that is too large is sent in smaller ones', async () => {
  const world = await openWorld()
  await goOffline(world)
  await storeSales(world, 12)
  world.gateway.fault = ({ body }) =>
    body !== null && body.length > 30_000
      ? { reached: true, status: 413, body: '', retryAfterMs: null }
      : null
  await world.clock.advance(1_200_000)
  expect(world.terminal.offlineStatus().queued).toBe(0)
  await world.terminal.close()
})

test('fault 11: a disk that takes no marks does not stop what is stored from being forwarded', async () => {
  const inner = memoryStore()
  let full = false
  const store: JournalStore = {
    ...inner,
    commit: async (version, change) => {
      if (full) throw new Error('disk full')
      return inner.commit(version, change)
    },
  }
  const world = await openWorld({ store })
  await goOffline(world)
  await storeSales(world, 20)
  full = true
  world.gateway.fault = () => null
  await world.clock.advance(200_000)
  expect(world.gateway.records.size).toBe((await headOf(world)).seq)
  expect(world.terminal.offlineStatus().queued).toBe(20)
  const sent = world.gateway.batches.length
  full = false
  await world.clock.advance(200_000)
  expect(world.terminal.offlineStatus().queued).toBe(0)
  expect(world.gateway.batches).toHaveLength(sent)
  await world.terminal.close()
})

test('a restart goes on where it stood', async () => {
  const world = await openWorld()
  await storeSales(world, 3)
  await world.clock.advance(5_000)
  const before = world.gateway.records.size
  const again = await createTerminal({
    store: world.store,
    crypto: nodeCrypto,
    key: deviceKey,
    clock: world.clock,
    network: world.gateway,
    app: 'again',
    storeName: 'sqlite',
  })
  await world.clock.advance(5_000)
  expect(world.gateway.records.size).toBe(before + 1)
  expect([...world.gateway.records.values()].every(({ times }) => times === 1)).toBe(true)
  await again.close()
})

test('what is appended while online goes at once', async () => {
  const world = await openWorld()
  const before = world.gateway.requests.length
  await world.terminal.createPaymentIntent({ amountMinor: 5, currency: 'eur' })
  await world.clock.advance(0)
  expect(world.gateway.pathsSince(before)).toContain('/device/v1/records')
  await world.terminal.close()
})

test('flush resolves when everything has its verdict, and also when the network is gone', async () => {
  const world = await openWorld()
  await storeSales(world, 1)
  await world.clock.until(world.terminal.flush())
  expect(world.terminal.offlineStatus().queued).toBe(0)
  await goOffline(world)
  await storeSales(world, 1)
  await world.clock.until(world.terminal.flush())
  expect(world.terminal.offlineStatus().queued).toBe(1)
  await world.terminal.close()
})

test('P7: a gateway that was restored is told everything again, and its verdicts change nothing', async () => {
  const world = await openWorld()
  await storeSales(world, 30)
  await world.clock.advance(30_000)
  const head = await headOf(world)
  expect(head.forwardedSeq).toBe(head.seq)
  world.gateway.restore()
  await world.clock.advance(60_000)
  expect(world.gateway.records.size).toBe(head.seq)
  expect(await headOf(world)).toMatchObject({ forwardedSeq: head.seq, backlog: { count: 0 } })
  expect((await world.terminal.payments()).every(({ state }) => state === 'UPLOADED')).toBe(true)
  await world.terminal.close()
})

async function storeSales(world: World, count: number): Promise<void> {
  for (let sale = 0; sale < count; sale += 1) {
    const { result } = await sell(world, { offlineBehavior: 'force_offline' })
    expect(result.status).toBe('stored')
  }
}

async function backOnline(world: World): Promise<void> {
  world.gateway.fault = () => null
  await world.clock.advance(180_000)
}

test('fault 8: a place that cannot be read now is tried again, and what is read then is sent, not given up', async () => {
  const inner = memoryStore()
  let isSick = false
  const sickSeq = 4
  const store: JournalStore = {
    ...inner,
    async records(query) {
      const rows = await inner.records(query)
      if (isSick && rows.some(({ seq }) => seq === sickSeq)) throw new Error('EIO')
      return rows
    },
  }
  const world = await openWorld({ store })
  await goOffline(world)
  await storeSales(world, 4)
  isSick = true
  await backOnline(world)
  const { seq: headSeq } = await headOf(world)
  expect(world.gateway.records.size).toBe(headSeq - 1)
  expect((await inner.records({ afterSeq: sickSeq - 1, limit: 1 }))[0]?.verdict).toBeNull()
  isSick = false
  await world.clock.advance(120_000)
  expect(world.gateway.records.size).toBe(headSeq)
  expect((await headOf(world)).forwardedSeq).toBe(headSeq)
  expect(world.events.filter(({ type }) => type === 'forwardingError')).toEqual([])
  await world.terminal.close()
})

test('fault 8: a place that cannot be read time after time is set apart and named, and the mark moves on', async () => {
  const inner = memoryStore()
  let isSick = false
  const store: JournalStore = {
    ...inner,
    async records(query) {
      const rows = await inner.records(query)
      if (isSick && rows.some(({ seq }) => seq === 4)) throw new Error('EIO')
      return rows
    },
  }
  const world = await openWorld({ store })
  await goOffline(world)
  await storeSales(world, 4)
  isSick = true
  await backOnline(world)
  await world.clock.advance(600_000)
  const { seq, forwardedSeq } = await headOf(world)
  expect(forwardedSeq).toBe(seq)
  expect(world.events).toContainEqual({ type: 'forwardingError', code: 'record_corrupt', detail: 'record 4' })
  await world.terminal.close()
})
