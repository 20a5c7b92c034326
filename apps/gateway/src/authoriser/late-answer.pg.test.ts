import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { statusOf } from '@holdfast/core'
import { nodeCrypto } from '@holdfast/envelope/node'
import { hostCapture, type HostProfile, terminalCapture } from '@holdfast/iso8583'
import { linkMac, tcpDialer } from '@holdfast/iso8583/tcp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  acquirerKeys,
  type AcquirerProgram,
  runningFrom,
  startAcquirerProgram,
} from '../test-support/acquirer-program.ts'
import { sharedDatabase } from '../test-support/shared-database.ts'
import { createTestGateway, type TestGateway } from '../test-support/test-gateway.ts'
import type { TestSale } from '../test-support/test-device.ts'
import { acquirerProfileOf } from '../acquirer/acquirer-profile.ts'
import { createAuthoriser } from './authoriser.ts'
import { createIso8583Acquirer, type Iso8583Acquirer } from '../acquirer/iso8583-acquirer.ts'

/** Half a second before the answer comes, which comes half a second before the message would be sent again. */
const TIMEOUT_MS = 700
const DELAY_MS = 1_200

const database = sharedDatabase()
let home: string
let gateway: TestGateway
let program: AcquirerProgram | null = null
let acquirer: Iso8583Acquirer | null = null
let stop: () => Promise<void> = () => Promise.resolve()

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'holdfast-late-'))
})

afterEach(async () => {
  acquirer?.stop()
  await stop()
  await gateway.close()
  await program?.kill()
  rmSync(home, { recursive: true, force: true })
})

/** The acquirer's own program, and a gateway that speaks to it over TCP in real time. */
async function open(host: HostProfile): Promise<string> {
  program = await startAcquirerProgram(home, host.name)
  const profile = { ...acquirerProfileOf(host), answerTimeoutMs: TIMEOUT_MS }
  gateway = createTestGateway(database(), { profile })
  const clock = runningFrom(gateway.clock.wallMs())
  const world = { ...gateway.world, clock, crypto: { ...nodeCrypto, randomBytes: longestDelay } }
  acquirer = createIso8583Acquirer({
    dialer: tcpDialer({ host: '127.0.0.1', port: program.port, framing: host.wire.framing }),
    clock,
    random: Math.random,
    profile,
    mac: linkMac(host.mac, acquirerKeys),
    log: world.log,
  })
  acquirer.start()
  await until(async () => acquirer?.state() === 'up')
  const authoriser = createAuthoriser(world, acquirer)
  authoriser.start()
  stop = () => authoriser.stop()
  return program.controlUrl
}

/** Two random bytes are the jitter of a retry. */
function longestDelay(length: number): Uint8Array {
  return length === 2 ? new Uint8Array([0xff, 0xff]) : nodeCrypto.randomBytes(length)
}

/** The answer to the next sale comes so late. */
async function delayNext(control: string): Promise<void> {
  const answer = await fetch(`${control}/script`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ match: { next: 1 }, do: { delayMs: DELAY_MS } }),
  })
  expect(answer.status).toBe(201)
}

async function sendStored(): Promise<TestSale> {
  const device = await gateway.addDevice(1)
  const sale = device.newSale()
  const attempt = await device.read(sale)
  await gateway.send(device, [await device.opened(sale), await device.stored(sale, attempt)])
  return sale
}

async function journalOf(control: string): Promise<{ approved: number; reversed: number; messages: number }> {
  const entries = (await (await fetch(`${control}/journal`)).json()) as JournalEntry[]
  return {
    messages: entries.reduce((sum, entry) => sum + entry.timesAsked, 0),
    approved: entries.filter((entry) => entry.outcome === 'approved' && !entry.reversed).length,
    reversed: entries.filter((entry) => entry.reversed).length,
  }
}

interface JournalEntry {
  readonly outcome?: string
  readonly reversed: boolean
  readonly timesAsked: number
}

const status = async (sale: TestSale) => statusOf((await gateway.payment(sale.paymentId)).story)

test('P2: an approval that comes after the timer settles the sale: one message, one approval', async () => {
  const control = await open(hostCapture)
  await delayNext(control)
  const sale = await sendStored()
  await until(async () => (await status(sale)) === 'succeeded')
  const { story } = await gateway.payment(sale.paymentId)
  expect(story.attempts).toMatchObject([{ state: 'approved', responseCode: '00' }])
  expect(await journalOf(control)).toEqual({ messages: 1, approved: 1, reversed: 0 })
  expect(gateway.errors).toEqual([])
})

test('where the host knows no repeats, the sale is reversed first, and the late approval is discarded', async () => {
  const control = await open(terminalCapture)
  await delayNext(control)
  const sale = await sendStored()
  await until(async () => (await status(sale)) === 'succeeded')
  // The late answer is long there.
  await new Promise((resolve) => setTimeout(resolve, DELAY_MS))
  const { story } = await gateway.payment(sale.paymentId)
  expect(story.attempts).toMatchObject([{ state: 'reversed', why: 'no_answer' }, { state: 'approved' }])
  expect(await journalOf(control)).toEqual({ messages: 2, approved: 1, reversed: 1 })
  expect(gateway.errors).toEqual([])
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 20_000
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error('waited in vain')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
