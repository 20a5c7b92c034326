import { fromBase64Url, must } from '@holdfast/core'
import { utf8 } from '@holdfast/envelope'
import { nodeCrypto } from '@holdfast/envelope/node'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { type OpenedPage, openPage } from '../../../../tools/with-page.ts'
import { journalStoreContract } from '../journal/journal-store-contract.test-suite.ts'
import type { JournalStore } from '../journal/journal-store.ts'
import type { NetworkAnswer } from '../network.ts'
import { nodeClock } from '../node/node-platform.ts'
import { sampleLease } from '../test-support/sample-lease.ts'
import { ScriptedGateway } from '../test-support/scripted-gateway.ts'

const entry = path.join(import.meta.dirname, 'sdk-page.entry.ts')
let page: OpenedPage
let handles = 0
beforeAll(async () => {
  page = await openPage({ entry })
})
afterAll(() => page.close())

journalStoreContract('IndexedDB in Chromium', async (id) => {
  handles += 1
  const handle = `store ${handles}`
  await page.call('open', handle, id)
  return remoteStore(page, handle)
})

test('fault 15: a newer version of the app is let in: the old one is refused from then on, and nothing is lost', async () => {
  await page.call('open', 'old', 'upgraded')
  const tab = await page.newTab()
  expect(await tab.call('upgrade', 'upgraded')).toEqual(['copies', 'head', 'kept', 'payments', 'records'])
  await expect(page.call('head', 'old')).rejects.toThrow()
  await expect(page.call('open', 'again', 'upgraded')).rejects.toThrow()
  expect(await tab.call('upgrade', 'upgraded')).toEqual(['copies', 'head', 'kept', 'payments', 'records'])
})

test('the device key is made once, also by two tabs at once, and what it signs is valid', async () => {
  const tab = await page.newTab()
  const keys = await Promise.all([page, tab, page].map((where) => where.call('deviceKey', 'keys')))
  const [first, ...others] = keys.map((key) => KEY.parse(key))
  for (const other of others) expect(other.keyId).toBe(first?.keyId)
  const { publicKey, signature } = must(first, 'a key')
  const [raw, signed] = [must(fromBase64Url(publicKey), 'key'), must(fromBase64Url(signature), 'signature')]
  expect(await nodeCrypto.verifyEd25519(raw, signed, utf8('text'))).toBe(true)
})

test('fault 56: one tab holds the till, and the next one gets it when it is let go', async () => {
  const tab = await page.newTab()
  expect(await page.call('lock')).toBe(true)
  expect(await tab.call('lock')).toBe(false)
  await page.call('unlock')
  await expect.poll(() => tab.call('lock'), SOON).toBe(true)
})

test('P1: of what was acknowledged before the browser was killed, nothing is lost, and the chain is whole', async () => {
  const userDataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-kill-'))
  let acknowledged = 0
  for (let round = 0; round < 2; round += 1) {
    const victim = await openPage({ entry, userDataDir })
    const enough = acknowledged + 60
    const { promise, resolve } = Promise.withResolvers<void>()
    await victim.page.exposeFunction('acknowledge', (seq: number) => {
      acknowledged = Math.max(acknowledged, seq)
      if (acknowledged >= enough) resolve()
    })
    victim.call('appendForEver', 'killed').catch(() => null)
    await promise
    victim.killBrowser()
    await expect.poll(() => victim.page.context().browser()?.isConnected(), SOON).toBe(false)
    const again = await openPage({ entry, userDataDir })
    await again.call('open', 'after', 'killed')
    const records = await remoteStore(again, 'after').records({ afterSeq: 0, limit: 10_000 })
    expect(records.length).toBeGreaterThanOrEqual(acknowledged)
    for (const [index, { wire }] of records.entries()) {
      expect(JSON.parse(wire.header)).toMatchObject({
        seq: index + 1,
        prev: records[index - 1]?.hash ?? null,
      })
    }
    await again.close()
  }
  rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 })
})

test('a terminal in the browser enrols, sells online and offline, and is still the same after a reload', async () => {
  const { gateway, server, url } = await serveGateway()
  try {
    expect(await page.call('openTerminal', url)).toBeNull()
    const posted = new Promise<string>((resolve) => {
      gateway.fault = ({ path: asked, body }) => {
        if (asked === '/device/v1/enrolments') resolve(body ?? '')
        return null
      }
    })
    const enrolling = page.call('enrol')
    const { publicKey } = ENROLMENT.parse(JSON.parse(await posted))
    gateway.deviceKeyId = await keyIdOf(publicKey)
    expect(await enrolling).toBe('enrolled')
    // On a machine that is busy the first answer may take longer than a gateway may, and the sale is stored.
    await expect
      .poll(() => page.call('sell', 'prefer_online'), SOON)
      .toMatchObject({
        status: 'approved',
        approvalCode: '123456',
      })
    expect(await page.call('sell', 'force_offline')).toMatchObject({ status: 'stored', kind: 'deferred' })
    await expect.poll(() => page.call('status'), SOON).toMatchObject({ queued: 0 })
    expect(await page.call('states')).toEqual(expect.arrayContaining(['UPLOADED', 'ACCEPTED_ONLINE']))
    gateway.fault = () => ({ reached: true, status: 200, body: '<html>portal</html>', retryAfterMs: null })
    expect(await page.call('sell', 'prefer_online')).toMatchObject({ status: 'stored' })
    await expect.poll(() => page.call('status'), SOON).toMatchObject({ networkStatus: 'offline', queued: 1 })
    const states = await page.call('states')
    const tab = await page.newTab()
    expect(await tab.call('openTerminal', url)).toBe('dev_000000000000000000000001')
    expect(await tab.call('states')).toEqual(states)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

const SOON = { timeout: 20_000 }
const KEY = z.object({ keyId: z.string(), publicKey: z.string(), signature: z.string() })
const ENROLMENT = z.object({ publicKey: z.string() })

async function keyIdOf(publicKey: string): Promise<string> {
  const digest = await nodeCrypto.sha256(must(fromBase64Url(publicKey), 'a public key'))
  return Buffer.from(digest.subarray(0, 12)).toString('base64url')
}

/** A store that lives in the page, told over the wire: what it answers is checked by the contract itself. */
function remoteStore({ call }: Pick<OpenedPage, 'call'>, handle: string): JournalStore {
  const ask = (name: string, ...args: readonly unknown[]) => call(name, handle, ...args) as Promise<never>
  return {
    head: () => ask('head'),
    commit: (version, change) => ask('commit', version, change),
    records: (query) => ask('records', query),
    payments: (query) => ask('payments', query),
    payment: (id) => ask('payment', id),
    value: (name) => ask('value', name),
    close: () => ask('close'),
  }
}

/** The scripted gateway on a port of its own, so for the page it is another origin. */
async function serveGateway(): Promise<{ gateway: ScriptedGateway; server: Server; url: string }> {
  const clock = nodeClock()
  const gateway = new ScriptedGateway(clock)
  const issuedAtMs = Math.trunc(clock.wallMs())
  gateway.lease = sampleLease({ issuedAtMs, expiresAtMs: issuedAtMs + 3_600_000 })
  const server = createServer((request, response) => {
    const cors = {
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'content-type, holdfast-device',
      'access-control-expose-headers': 'retry-after',
    }
    const parts: Buffer[] = []
    const answerWith = async (asked: Promise<NetworkAnswer>) => {
      const answer = await asked
      if (answer.reached) response.writeHead(answer.status, cors).end(answer.body)
      else request.socket.destroy()
    }
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const method = request.method === 'POST' ? 'POST' : 'GET'
      const header = String(request.headers['holdfast-device'] ?? '')
      const headers = header === '' ? {} : { 'holdfast-device': header }
      const body = method === 'POST' ? Buffer.concat(parts).toString() : null
      if (request.method === 'OPTIONS') {
        response.writeHead(204, cors).end()
        return
      }
      const asked = { method, path: request.url ?? '/', headers, body, timeoutMs: 30_000 } as const
      void answerWith(gateway.request(asked))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { gateway, server, url: `http://127.0.0.1:${address.port}` }
}
