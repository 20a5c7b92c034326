import { nodeCrypto } from '@holdfast/envelope/node'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { deviceKey } from '../test-support/device-key.ts'
import { type DoorKind, doorKinds, openFaultyDoor } from './faulty-door.ts'
import { sampleLease } from '../test-support/sample-lease.ts'
import { ScriptedGateway } from '../test-support/scripted-gateway.ts'
import { ScriptedReader } from '../test-support/scripted-reader.ts'
import { memoryStore } from '../test-support/world.ts'
import { createTerminal } from '../terminal/terminal.ts'
import type { Terminal } from '../terminal/terminal-api.ts'
import { nodeNetwork, nodeReachability } from './node-network.ts'
import { nodeClock } from './node-platform.ts'

/** More of them make it a measurement: `HOLDFAST_OUTAGE_TRIES=50 vitest run …` prints p50 and p99 and holds them to P4. */
const TRIES = Number(process.env['HOLDFAST_OUTAGE_TRIES'] ?? 2)
const AT_ONCE = 8
/** The timers give 1 850 ms at most. Only a quiet machine can be held to it; the virtual clock's tests always are. */
const P99_MAX_MS = 2_000

const broken = doorKinds.filter((kind) => kind !== 'slow')

test.each(broken)(
  'P4, SQ1: on real sockets %s is known to an idle device, and named',
  async (kind) => {
    const tookMs = await tries(async () => {
      const site = await openSite()
      try {
        // Anywhere between two pings.
        await sleep(Math.random() * 800)
        site.door.breakAs(kind)
        const ms = await untilOffline(site.terminal)
        await until(
          () => site.terminal.offlineStatus().outage === (kind === 'captive' ? 'internet' : 'service'),
        )
        return ms
      } finally {
        await site.close()
      }
    })
    judge('idle', kind, tookMs)
  },
  120_000,
)

test.each(broken)(
  'P4, faults 36, 45, 46, 52: on real sockets a sale that meets %s is stored',
  async (kind) => {
    const tookMs = await tries(async () => {
      const site = await openSite()
      try {
        const { terminal, door } = site
        const created = await terminal.createPaymentIntent({ amountMinor: 1_000, currency: 'eur' })
        if (created.status !== 'created') throw new Error(created.code)
        await terminal.collectPaymentMethod(created.intent)
        door.breakAs(kind)
        const startedMs = performance.now()
        const result = await terminal.confirmPaymentIntent(created.intent)
        const ms = performance.now() - startedMs
        expect(result).toMatchObject({ status: 'stored' })
        await untilOffline(terminal)
        return ms
      } finally {
        await site.close()
      }
    })
    judge('sale', kind, tookMs)
  },
  120_000,
)

test('P4: on real sockets a line of 300 ms each way is slow and not away: the sale is approved', async () => {
  const site = await openSite()
  try {
    const { terminal, door } = site
    door.breakAs('slow')
    await sleep(2_500)
    const created = await terminal.createPaymentIntent({ amountMinor: 1_000, currency: 'eur' })
    if (created.status !== 'created') throw new Error(created.code)
    await terminal.collectPaymentMethod(created.intent)
    expect((await terminal.confirmPaymentIntent(created.intent)).status).toBe('approved')
  } finally {
    await site.close()
  }
}, 30_000)

async function tries(run: () => Promise<number>): Promise<number[]> {
  const took: number[] = []
  while (took.length < TRIES) {
    const batch = Math.min(AT_ONCE, TRIES - took.length)
    took.push(...(await Promise.all(Array.from({ length: batch }, run))))
  }
  return took.sort((a, b) => a - b)
}

function judge(what: string, kind: DoorKind, tookMs: readonly number[]): void {
  if (TRIES <= 2) return
  const at = (share: number) => Math.round(tookMs[Math.ceil(share * tookMs.length) - 1] ?? Number.NaN)
  process.stderr.write(`${what} ${kind}: p50 ${at(0.5)} p99 ${at(0.99)} ms of ${tookMs.length}\n`)
  expect(at(0.99)).toBeLessThanOrEqual(P99_MAX_MS)
}

/** A device that is online, its gateway behind a door, and another place that always answers. */
async function openSite() {
  const clock = nodeClock()
  const gateway = new ScriptedGateway(clock)
  gateway.deviceKeyId = deviceKey.keyId
  const issuedAtMs = clock.wallMs()
  gateway.lease = sampleLease({ issuedAtMs, expiresAtMs: issuedAtMs + 86_400_000 })
  const server = await serve(gateway)
  const other = await listen(createServer((_, response) => response.end()))
  const door = await openFaultyDoor(portOf(server))
  const terminal = await createTerminal({
    store: memoryStore(),
    crypto: nodeCrypto,
    key: deviceKey,
    clock,
    network: nodeNetwork(door.url),
    reachability: nodeReachability([`http://127.0.0.1:${portOf(other)}/`]),
    app: 'sdk tests',
    storeName: 'sqlite',
  })
  terminal.useReader(new ScriptedReader())
  const enrolled = await terminal.enrol({ code: 'ABCD2345', name: 'Till 1' })
  if (enrolled.status !== 'enrolled') throw new Error(enrolled.code)
  await until(() => terminal.offlineStatus().networkStatus === 'online')
  return {
    terminal,
    door,
    async close() {
      await terminal.close()
      door.close()
      for (const each of [server, other]) {
        each.closeAllConnections()
        each.close()
      }
    },
  }
}

function serve(gateway: ScriptedGateway): Promise<Server> {
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, at]) => [name, String(at)]),
    )
    const method = request.method === 'POST' ? 'POST' : 'GET'
    const text = await textOf(request)
    const body = method === 'GET' ? null : text
    const answer = await gateway.request({
      method,
      path: request.url ?? '/',
      headers,
      body,
      timeoutMs: 60_000,
    })
    if (answer.reached) response.writeHead(answer.status).end(answer.body)
    else response.destroy()
  }
  return listen(createServer((request, response) => void pass(request, response)))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString()
}

async function listen(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Milliseconds from now. */
async function untilOffline(terminal: Terminal): Promise<number> {
  const startedMs = performance.now()
  await until(() => terminal.offlineStatus().networkStatus === 'offline')
  return performance.now() - startedMs
}

async function until(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns += 1) {
    if (turns > 8_000) throw new Error('it never came')
    await sleep(5)
  }
}
